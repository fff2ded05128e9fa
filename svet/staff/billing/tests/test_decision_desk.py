"""«Решения» at the desk: seen, signed by two, taken back; nobody else has a hand in it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_link, make_provider
from svet.billing import operations
from svet.billing.models import OverrideRow
from svet.billing.tests.factories import NOVEMBER, NOW, charge_november
from svet.people.tests.factories import make_person
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
LIST = "/staff/billing/decisions/"
ONE = "/staff/decisions/"


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The day after November was charged."""
    monkeypatch.setattr("svet.staff.billing.decisions.now_of", lambda request: NOW)


@pytest.fixture
def account() -> Account:
    return charge_november()[0]


@pytest.fixture
def olga() -> Client:
    return working(make_member(role=Role.BILLING))


@pytest.fixture
def ivan() -> Client:
    return working(make_member(role=Role.BILLING))


def page(account: Account) -> str:
    return f"/staff/accounts/{account.public_id}/decisions/"


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content.decode()
    return str(response.content.decode()).replace("\u00a0", " ").replace("\u202f", " ")


def shown_in(content: str) -> str:
    found = re.search(r'name="shown" value="([0-9a-f]{32})"', content)
    assert found is not None
    return found[1]


def filled(**more: str) -> dict[str, str]:
    return {
        "kind": "no_charge",
        "document": "служебная записка № 7",
        "since": str(NOVEMBER),
        "reason": "счёт выставлен не тому",
        "act": "show",
    } | more


def write(client: Client, account: Account, **more: str) -> OverrideRow:
    seen = text(client.post(page(account), filled(**more)))
    answer = client.post(page(account), filled(**more) | {"act": "write", "shown": shown_in(seen)})
    assert answer.status_code == 302, answer.content.decode()
    return OverrideRow.objects.latest("pk")


def test_the_difference_is_seen_before_anything_is_written(olga: Client, account: Account) -> None:
    before = text(olga.get(page(account)))
    assert "Показать разницу" in before
    assert "Подписать и записать" not in before
    seen = text(olga.post(page(account), filled()))
    assert "Что изменится" in seen
    assert "−664,45 ₽" in seen
    assert not OverrideRow.objects.exists()
    row = write(olga, account)
    assert row.signed_at is not None
    assert row.effect_kopecks == -66_445
    after = text(olga.get(page(account)))
    assert "Аннулировать начисление" in after
    assert "действует" in after
    assert "ноябрь 2026" in text(olga.get(f"{ONE}{row.public_id}/")).lower()
    assert "служебная записка № 7" in text(olga.get(LIST))


def test_what_was_not_seen_is_not_written(olga: Client, account: Account) -> None:
    answer = olga.post(page(account), filled(act="write", shown="0" * 32))
    assert "посмотрите разницу ещё раз" in text(answer, 422)
    assert not OverrideRow.objects.exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"document": ""}, "Назовите документ"),
        ({"since": "ноябрь"}, "Введите месяц так"),
        ({"until": "2026-10"}, "Последний месяц раньше первого"),
        ({"kind": "volume", "kwh": "10", "zone": "night"}, "начислять нечего"),
        ({"kind": "volume", "kwh": "-1", "zone": "single"}, "не меньше нуля"),
        ({"kind": "credit"}, "не ноль"),
        ({"kind": "credit", "roubles": "1,234"}, "2"),
        ({"kind": "recompute"}, "ничего не изменит"),
        ({"kind": "hold", "ends": "2026-11"}, "из ближайших"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    olga: Client, account: Account, given: dict[str, str], said: str
) -> None:
    answer = text(olga.post(page(account), filled(**given)), 422)
    assert said in answer
    assert "счёт выставлен не тому" in answer


def test_two_sign_a_large_one_and_two_take_it_back(olga: Client, ivan: Client, account: Account) -> None:
    row = write(olga, account, kind="credit", roubles="-5000,00")
    one = f"{ONE}{row.public_id}/"
    assert row.signed_at is None
    own = text(olga.get(one))
    assert "подписывает его другой сотрудник" in own
    assert "Сумма без расхода" in own
    assert "Подписать вторым" not in own
    assert "Ждут подписи" in text(ivan.get(LIST))
    assert "другой сотрудник" in text(
        olga.post(one, {"act": "sign", "shown": shown_in(text(ivan.get(one)))}), 422
    )
    assert ivan.post(one, {"act": "sign", "shown": shown_in(text(ivan.get(one)))}).status_code == 302
    assert OverrideRow.objects.filter(pk=row.pk, signed_at__isnull=False).exists()
    assert ivan.post(one, {"act": "undo", "reason": "решено иначе"}).status_code == 302
    asked = text(ivan.get(one))
    assert "отмену подтвердит второй" in asked
    assert "Подтвердить отмену" not in asked
    assert "Подтвердить отмену" in text(olga.get(one))
    assert olga.post(one, {"act": "undo"}).status_code == 302
    row.refresh_from_db()
    assert (row.gone_reason, row.gone_at is not None) == ("решено иначе", True)
    undone = text(olga.get(one))
    assert "отменено" in undone
    assert "Сумма без расхода" not in undone  # what it did is no longer so
    assert "Ждут подписи" not in text(olga.get(LIST))


def test_an_undoing_needs_its_reason(olga: Client, account: Account) -> None:
    row = write(olga, account)
    assert olga.post(f"{ONE}{row.public_id}/", {"act": "undo", "reason": ""}).status_code == 422
    row.refresh_from_db()
    assert row.gone_at is None


def test_a_hold_has_its_end_on_the_page_and_stands_among_the_problems(olga: Client, account: Account) -> None:
    write(olga, account, kind="hold", since="2026-12", ends="2027-06")
    december = NOVEMBER.plus(1)
    operations.run(provider_id=make_provider().pk, period=december, now=NOW.replace(month=12, day=28))
    assert "до начисления за" in text(olga.get(page(account)))
    listed = text(olga.get(f"/staff/billing/ural/{december}/problems/"))
    assert "Удержано по решению: до начисления за июнь 2027" in listed


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SECURITY])
def test_the_pages_are_for_the_billing_engineer(role: Role, olga: Client, account: Account) -> None:
    row = write(olga, account)
    other = working(make_member(role=role))
    for url in (LIST, f"{ONE}{row.public_id}/", page(account)):
        assert other.get(url).status_code == 403
        if url != LIST:
            assert other.post(url, filled(act="undo")).status_code == 403
    anna = make_person()
    make_link(person=anna, account=account, confirmed=True)
    browser = Client()
    browser.force_login(anna, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.post(page(account), filled()).headers["Location"].startswith("/staff/sign-in/")
    row.refresh_from_db()
    assert row.gone_at is None


@pytest.mark.parametrize("url", [f"{ONE}0000000000000000/", "/staff/accounts/0000000000000000/decisions/"])
def test_what_is_not_there_is_missing(olga: Client, url: str) -> None:
    assert olga.get(url).status_code == 404
