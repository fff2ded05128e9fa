"""The desk «Расчёты»: who may open it, a month from open to bills by two, problems, tariffs, rules."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_link, make_provider, set_terms
from svet.billing.models import Charge, MonthTask, Policy
from svet.billing.operations import asking
from svet.billing.tests.factories import NOVEMBER, NOW, load_chelyabinsk, make_norm
from svet.billing.tests.test_dry_runs import make
from svet.bills.models import Bill
from svet.bills.operations.asking import do_issue_task
from svet.people.tests.factories import make_person
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
MONTH = f"/staff/billing/ural/{NOVEMBER}/"
PAGES = [
    "/staff/billing/",
    "/staff/billing/problems/",
    "/staff/billing/tariffs/",
    "/staff/billing/policy/",
    "/staff/billing/penalties/",
    "/staff/billing/money-limits/",
    "/staff/billing/law/",
    MONTH,
    f"{MONTH}dry-run/",
    f"{MONTH}problems/",
    f"{MONTH}problems.csv",
]


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The days after the last readings of November."""
    load_chelyabinsk()
    make_norm()
    for module in ("page", "month", "problems", "tariffs", "policy"):
        monkeypatch.setattr(f"svet.staff.billing.{module}.now_of", lambda request: NOW)


@pytest.fixture
def olga() -> Client:
    return working(make_member(role=Role.BILLING))


@pytest.fixture
def ivan() -> Client:
    return working(make_member(role=Role.BILLING))


def text(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return str(content.decode()).replace("\u00a0", " ")


def act(client: Client, word: str) -> str:
    """Press a button, let the background work, and read the page that comes."""
    answer = client.post(MONTH, {"act": word})
    assert answer.status_code == 302
    for task in MonthTask.objects.filter(state="waiting"):
        if task.kind == "issue":
            do_issue_task(task_id=task.pk, clock=lambda: NOW)
        else:
            asking.do_month_task(task_id=task.pk, clock=lambda: NOW)
    return text(client.get(MONTH))


@pytest.mark.parametrize("url", PAGES)
def test_the_desk_is_for_the_billing_engineer_alone(url: str, olga: Client) -> None:
    make(1)
    assert olga.get(url).status_code == 200
    for role in (Role.OPERATOR, Role.SECURITY):
        assert working(make_member(role=role)).get(url).status_code == 403
    anna, boris, vera = (make_person() for _ in range(3))
    account = Account.objects.get()
    make_link(person=anna, account=account, confirmed=True)
    make_link(person=boris, account=account, can_manage=True)
    for person in (None, anna, boris, vera):
        browser = Client()
        if person is not None:
            browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        for answer in (browser.get(url), browser.post(url, {"act": "charge"})):
            if answer.status_code != 405:
                assert answer.headers["Location"].startswith("/staff/sign-in/")
    assert not MonthTask.objects.exists()


def test_nobody_else_can_press_anything(olga: Client) -> None:
    make(1)
    operator = working(make_member(role=Role.OPERATOR))
    for word in ("dry_run", "release", "charge", "issue"):
        assert operator.post(MONTH, {"act": word}).status_code == 403
    assert not MonthTask.objects.exists()
    assert olga.post(MONTH, {"act": "nothing"}).status_code == 302
    assert not MonthTask.objects.exists()


@pytest.mark.parametrize(
    "url",
    ["/staff/billing/nobody/2026-11/", "/staff/billing/ural/2026-13/", "/staff/billing/ural/x/problems/"],
)
def test_a_month_that_cannot_be_is_missing(url: str, olga: Client) -> None:
    make_provider()
    assert olga.get(url).status_code == 404


def test_two_members_take_a_month_from_open_to_its_bills(olga: Client, ivan: Client) -> None:
    made = make(3)
    assert "Открыт" in text(olga.get("/staff/billing/"))
    page = text(olga.get(MONTH))
    assert "Мешают начислению" not in page
    assert "Второй подписи не требуется" in page
    assert "Выпустить" not in page
    page = act(olga, "dry_run")
    assert "Пробный расчёт сделан вами" in page
    for told in (page, text(olga.get("/staff/billing/"))):
        assert "Пробный расчёт готов" in told
        assert "Ждёт выпуска" not in told
    assert "Выпустить и начислить" not in page
    assert not Charge.objects.filter(period=NOVEMBER.first).exists()
    shown = text(ivan.get(f"{MONTH}dry-run/"))
    assert "Ничего не начислено" in shown
    assert "-63 %" in shown.replace("−", "-")
    assert made[0][0].number in shown
    assert f"/staff/accounts/{made[0][0].public_id}/" in shown
    rows = text(ivan.get(f"{MONTH}dry-run.csv")).splitlines()
    assert len(rows) == 4
    assert rows[1].startswith(f"{made[0][0].number};37;179,45;100;485;")
    assert "Выпустить и начислить" in text(ivan.get(MONTH))
    page = act(ivan, "release")
    assert "Начислен" in page
    assert "Начислено иначе" not in page
    assert "Выставить счета" in page
    page = act(olga, "issue")
    assert "Счета выставлены" in page
    assert "Выставить" not in page
    assert Bill.objects.filter(period=NOVEMBER.first).count() == 3


def test_the_page_tells_how_far_the_background_is_and_then_how_things_stand(olga: Client) -> None:
    make(1)
    olga.post(MONTH, {"act": "dry_run"})
    MonthTask.objects.update(done=40, of=100)
    page = text(olga.get(MONTH))
    assert 'value="40"' in page
    assert 'hx-trigger="every 3s"' in page
    part = olga.get(MONTH, headers={"HX-Request": "true"})
    assert "<html" not in text(part)
    assert "Лицевых счетов: 40 из 100." in text(part)
    asking.do_month_task(task_id=MonthTask.objects.get().pk, clock=lambda: NOW)
    over = olga.get(MONTH, headers={"HX-Request": "true"})
    assert (over.status_code, over.headers["HX-Refresh"]) == (204, "true")
    # Another press while nothing runs is a new task; the former one is history.
    olga.post(MONTH, {"act": "dry_run"})
    olga.post(MONTH, {"act": "dry_run"})
    assert MonthTask.objects.count() == 2


def test_checks_that_are_in_the_way_hide_the_release(olga: Client, ivan: Client) -> None:
    make(1)
    for number in range(5):
        make(1, november=1100 + number)
    act(olga, "dry_run")
    set_terms(tariff_group="9.9")
    page = text(ivan.get(MONTH))
    assert "Мешают начислению: 1." in page
    assert "Нет цен с" in page
    assert "Выпустить и начислить" not in page
    ivan.post(MONTH, {"act": "release"})
    assert MonthTask.objects.filter(kind="release").count() == 0
    assert "проверки не пройдены: 1" in text(ivan.get(MONTH))


def test_problems_are_listed_mended_and_tried_again(olga: Client) -> None:
    made = make(6)
    numbers = [account.number for account, _ in made]
    set_terms(*Account.objects.select_related("provider").filter(number__in=numbers[:5]), tariff_group="9.9")
    assert "Не начислить больше 1 %" in act(olga, "dry_run")
    page = act(olga, "charge")
    assert "5 из 6" in page
    assert "больше допустимого" in page
    assert "Выставить счета" not in page
    assert "Нет цен" in text(olga.get("/staff/billing/problems/"))
    page = text(olga.get(f"{MONTH}problems/"))
    assert "Нет цен: группа «9.9»" in page
    assert "счета за этот месяц не выставляются" in page
    assert all(number in page for number in numbers[:5])
    assert numbers[5] not in page
    assert numbers[0] in text(olga.get(f"{MONTH}problems/?reason=no_tariff"))
    assert numbers[0] not in text(olga.get(f"{MONTH}problems/?reason=no_norm"))
    rows = text(olga.get(f"{MONTH}problems.csv")).splitlines()
    assert len(rows) == 6
    assert rows[1].startswith(f"ural;{NOVEMBER};{numbers[0]};Нет цен;")
    set_terms(*Account.objects.select_related("provider").filter(number__in=numbers[:4]), tariff_group="1.1")
    chosen = [account.public_id for account, _ in made[:2]]
    assert olga.post(f"{MONTH}problems/", {"account": [*chosen, "0" * 16]}).status_code == 302
    asking.do_month_task(task_id=MonthTask.objects.get(kind="retry").pk, clock=lambda: NOW)
    assert set(Charge.objects.filter(period=NOVEMBER.first).values_list("account__number", flat=True)) == {
        numbers[0], numbers[1], numbers[5],
    }  # fmt: skip
    assert "Выставить счета" in text(olga.get(MONTH))
    assert olga.post(f"{MONTH}problems/", {}).status_code == 302
    assert MonthTask.objects.filter(kind="retry").count() == 1


def test_a_long_list_comes_in_pages(olga: Client) -> None:
    make(52)
    set_terms(tariff_group="9.9")
    act(olga, "dry_run")
    act(olga, "charge")
    first, second = (text(olga.get(f"{MONTH}problems/?page={number}")) for number in (1, 2))
    assert first.count('name="account"') == 50
    assert second.count('name="account"') == 2
    assert "?page=2" in first
    assert "?page=1" in second
    assert olga.get(f"{MONTH}problems/?page=-1").status_code == 200


def test_nothing_to_show_is_said_kindly(olga: Client) -> None:
    assert "Поставщиков ещё нет" not in text(olga.get("/staff/billing/"))
    assert "Начислено всем" in text(olga.get("/staff/billing/problems/"))
    assert "Пробного расчёта ещё нет" in text(olga.get(f"{MONTH}dry-run/"))
    assert "Начислено всем" in text(olga.get(f"{MONTH}problems/"))
    assert olga.get(f"{MONTH}dry-run.csv").status_code == 404


def test_tariffs_stand_beside_those_before(olga: Client) -> None:
    page = text(olga.get("/staff/billing/tariffs/?region=Челябинская область&group=1.1"))
    assert "4,85" in page
    assert "4,30" in page
    assert "действует" in page
    assert "Раньше, ₽" in page
    assert text(olga.get("/staff/billing/tariffs/?region=Нигде&group=нет"))


def test_rules_are_set_from_a_month_on_and_shown(olga: Client) -> None:
    make(1)
    sent = {
        "provider": "ural",
        "valid_from": "2026-12",
        "norm_kwh_per_person": "92,5",
        "movers_percent": "30",
    }
    assert olga.post("/staff/billing/policy/", sent).status_code == 302
    row = Policy.objects.get(since=date(2026, 12, 1))
    assert (row.norm_kwh_per_person, row.movers_percent) == (Decimal("92.5"), Decimal(30))
    assert not row.release_required
    page = text(olga.get("/staff/billing/policy/"))
    assert "92,5" in page
    assert "Вторая подпись выключена" in page
    for wrong in ({"norm_kwh_per_person": "-1"}, {"valid_from": "декабрь"}, {"provider": "nobody"}):
        assert olga.post("/staff/billing/policy/", sent | wrong).status_code == 422
    charged = olga.post(
        "/staff/billing/policy/", sent | {"valid_from": "2026-10", "norm_kwh_per_person": "77"}
    )
    assert charged.status_code == 422
    assert "уже начислен" in charged.content.decode()
    assert Policy.objects.count() == 2


def test_the_desk_turns_the_second_signature_on_and_never_off(olga: Client) -> None:
    make(1)
    sent = {"provider": "ural", "valid_from": "2026-11", "release_required": "on"}
    assert olga.post("/staff/billing/policy/", sent).status_code == 302
    assert Policy.objects.get(since=date(2026, 11, 1)).release_required
    assert "Вторая подпись выключена" not in text(olga.get("/staff/billing/policy/"))
    assert (
        olga.post(
            "/staff/billing/policy/", {**sent, "release_required": "", "movers_percent": "20"}
        ).status_code
        == 302
    )
    assert Policy.objects.get(since=date(2026, 11, 1)).release_required
    act(olga, "dry_run")
    page = text(olga.get(MONTH))
    assert "Второй подписи не требуется" not in page
    assert 'value="charge"' not in page
    for told in (page, text(olga.get("/staff/billing/"))):
        assert "Ждёт выпуска" in told
    olga.post(MONTH, {"act": "charge"})
    assert not MonthTask.objects.filter(kind="charge").exists()
