"""«Настройка» in the browser: the same answers as the command takes, what stands, and the second member."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from svet.accounts.models import Provider
from svet.journal.models import Entry
from svet.people.models import Consent
from svet.people.tests.factories import make_person
from svet.setup.models import SupplierDraft
from svet.setup.operations import files
from svet.setup.operations.writing import would_change, write
from svet.setup.queries import present
from svet.setup.rules import SetupPlan
from svet.setup.tests.factories import NOW, RETAILER, SUPPLIER, stand
from svet.site.models import Installation
from svet.site.queries import current_agreement, installation
from svet.site.rules import AgreementKind
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
HOME = "/staff/setup/"
COMPANY = f"{HOME}retailer/"
REQUISITES = f"{HOME}suppliers/volga/requisites/"
SEEN = re.compile(r'name="seen" value="([0-9a-f]+)"')


def guardian() -> Client:
    return working(make_member(role=Role.SECURITY))


def words(answer: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def seen(browser: Client, url: str) -> str:
    found = SEEN.search(browser.get(url).content.decode())
    assert found is not None
    return found[1]


def asked(browser: Client, **changes: str) -> str:
    """Other requisites, asked for; the draft's public id."""
    form = {"seen": seen(browser, REQUISITES), "reason": "письмо № 7", **SUPPLIER, **changes}
    answer = browser.post(REQUISITES, form)
    assert answer.status_code == 302, words(answer)
    return SupplierDraft.objects.latest("pk").public_id


def test_before_anything_is_set_up_the_company_is_named_at_the_desk() -> None:
    browser = guardian()
    assert "Ещё не сказано, чей это портал." in words(browser.get(HOME))
    answer = browser.post(COMPANY, RETAILER | {"seen": seen(browser, COMPANY), "hours": "пн-пт 8:00-20:00"})
    assert answer.status_code == 302
    assert present(now=NOW).retailer == RETAILER
    page = words(browser.get(HOME))
    assert "Записано." in page
    assert "8-800-100-20-30" in page


def test_each_fault_stands_beside_its_field_in_the_words_of_the_command_and_nothing_is_lost() -> None:
    browser = guardian()
    wrong = RETAILER | {"hotline": "звоните", "hours": "утром", "primary_color": "синий", "brand": ""}
    answer = browser.post(COMPANY, wrong | {"seen": seen(browser, COMPANY), "address": "ул. Лесная, 5"})
    page = answer.content.decode()
    assert answer.status_code == 422
    for said in (
        "Это не похоже на номер телефона",
        "«пн–пт 8:00–19:00», или",
        "Цвет пишется так",
        "Ответ нужен",
    ):
        assert said in unescape(page)
    for kept in ("звоните", "утром", "синий", "ул. Лесная, 5"):
        assert f'value="{kept}"' in page
    assert not Installation.objects.exists()


def test_a_stale_form_is_refused_with_what_stands_and_what_was_typed_and_may_be_sent_once_more() -> None:
    stand()
    browser, other = guardian(), guardian()
    shown = seen(browser, COMPANY)
    other.post(COMPANY, RETAILER | {"seen": seen(other, COMPANY), "hotline": "8-800-1"})
    mine = RETAILER | {"brand": "Новое имя"}
    answer = browser.post(COMPANY, mine | {"seen": shown})
    assert answer.status_code == 422
    assert "8-800-1" in words(answer)
    assert "Действует сейчас" in words(answer)
    assert 'value="Новое имя"' in answer.content.decode()
    assert (installation().brand, installation().hotline) == ("Свет Поволжья", "8-800-1")
    fresh = SEEN.search(answer.content.decode())
    assert fresh is not None
    assert browser.post(COMPANY, mine | {"seen": fresh[1], "hotline": "8-800-1"}).status_code == 302
    assert (installation().brand, installation().hotline) == ("Новое имя", "8-800-1")


def test_a_fault_of_a_stale_form_does_not_make_it_fresh() -> None:
    stand()
    browser = guardian()
    shown = seen(browser, COMPANY)
    write(SetupPlan(retailer=RETAILER | {"hotline": "8-800-1"}), made_of=present(now=NOW), now=NOW)
    answer = browser.post(COMPANY, RETAILER | {"seen": shown, "brand": ""})
    assert f'name="seen" value="{shown}"' in answer.content.decode()
    assert browser.post(COMPANY, RETAILER | {"seen": shown}).status_code == 422


def test_a_suppliers_days_are_changed_and_its_requisites_are_not() -> None:
    stand()
    browser, url = guardian(), f"{HOME}suppliers/volga/"
    changes = {
        "seen": seen(browser, url),
        "window": "18-26",
        "due_day": "20",
        "account": "0" * 20,
        "code": "x",
    }
    assert browser.post(url, SUPPLIER | changes).status_code == 302
    wanted = SUPPLIER | {"window": "18–26", "due_day": "20"}
    assert present(now=NOW).suppliers == {"volga": wanted}


@pytest.mark.parametrize(
    ("key", "typed", "said"),
    [
        ("inn", "7707083894", "В ИНН ошибка"),
        ("bic", "044525", "В БИК ошибка"),
        ("account", "40702810938000000002", "Расчётный счёт не подходит к БИК"),
        ("correspondent_account", "30101810400000000226", "Корреспондентский счёт не подходит"),
        ("reason", "да", "Напишите причину"),
    ],
)
def test_wrong_requisites_are_not_asked_for(key: str, typed: str, said: str) -> None:
    stand()
    browser = guardian()
    form = {"seen": seen(browser, REQUISITES), "reason": "письмо № 7", **SUPPLIER, "bank": "Другой"} | {
        key: typed
    }
    answer = browser.post(REQUISITES, form)
    assert answer.status_code == 422
    assert said in words(answer)
    assert f'value="{typed}"' in answer.content.decode()
    assert not SupplierDraft.objects.exists()


def test_requisites_hold_by_the_second_members_hand_only() -> None:
    stand()
    first, second = guardian(), guardian()
    draft = asked(first, bank="Другой банк")
    assert "Ваша подпись уже стоит" in words(first.get(HOME))
    assert "Сверено, подписать" not in words(first.get(HOME))
    first.post(f"{HOME}drafts/{draft}/sign/")
    assert "вторую ставит другой сотрудник" in words(first.get(HOME))
    assert Provider.objects.get().bank_name == "ПАО Банк"
    shown = words(second.get(HOME))
    assert "ПАО Банк Другой банк" in shown
    assert "письмо № 7" in shown
    second.post(f"{HOME}drafts/{draft}/sign/")
    assert "Подписано" in words(second.get(HOME))
    assert Provider.objects.get().bank_name == "Другой банк"
    # Pressed twice, or by a third: nothing more happens.
    second.post(f"{HOME}drafts/{draft}/sign/")
    assert "уже подписано" in words(second.get(HOME))


def test_the_count_in_the_menu_tells_what_waits() -> None:
    stand()
    browser = guardian()
    asked(browser, bank="Другой банк")
    menu = browser.get("/staff/").content.decode()
    assert re.search(r'href="/staff/setup/".*?office__count--some">1<', menu, re.S)


def test_a_refusal_needs_a_reason_and_changes_nothing() -> None:
    stand()
    browser = guardian()
    draft = asked(browser, bank="Другой банк")
    browser.post(f"{HOME}drafts/{draft}/refuse/", {f"{draft}-reason": ""})
    assert "Напишите причину" in words(browser.get(HOME))
    browser.post(f"{HOME}drafts/{draft}/refuse/", {f"{draft}-reason": "опечатка в письме"})
    assert "Отказ записан" in words(browser.get(HOME))
    assert Provider.objects.get().bank_name == "ПАО Банк"
    assert Entry.objects.get(action="supplier.refused").reason == "опечатка в письме"


def test_a_new_supplier_waits_for_the_second_member_too() -> None:
    first, second = guardian(), guardian()
    url = f"{HOME}suppliers/"
    answer = first.post(url, SUPPLIER | {"reason": "договор № 12", "seen": seen(first, url)})
    assert answer.status_code == 302, words(answer)
    assert not Provider.objects.exists()
    assert "Новый поставщик: Свет Поволжья" in words(second.get(HOME))
    second.post(f"{HOME}drafts/{SupplierDraft.objects.get().public_id}/sign/")
    assert present(now=NOW).suppliers == {"volga": SUPPLIER}
    taken = first.post(url, SUPPLIER | {"reason": "договор № 12"})
    assert taken.status_code == 422
    assert "Поставщик с этим кодом уже есть" in words(taken)


def test_the_file_is_taken_again_by_the_command_and_changes_nothing(tmp_path: Path) -> None:
    stand()
    answer = guardian().get(f"{HOME}svet-setup.toml")
    assert "attachment" in answer["Content-Disposition"]
    path = tmp_path / "svet-setup.toml"
    path.write_bytes(answer.content)
    state = present(now=NOW)
    plan = files.read(path, state=state)
    assert would_change(plan, now=NOW).nothing
    assert (plan.retailer, plan.suppliers) == (state.retailer, state.suppliers)


def test_a_text_is_seen_as_people_will_read_it_before_it_is_published() -> None:
    Consent.objects.create(person=make_person(), kind="terms", version=1, given_at=NOW)
    url, browser = f"{HOME}agreements/terms/", guardian()
    before = current_agreement(kind=AgreementKind.TERMS, today=timezone.localdate()).version
    form = {"title": "Новое соглашение", "body": "Первый абзац.\r\n\r\n## Часть\r\n\r\n- пункт"}
    form["seen"] = seen_version(browser.get(url))
    preview = browser.post(url, form)
    page = preview.content.decode()
    assert preview.status_code == 200
    assert "<h4>Часть</h4>" in page
    assert "Кто принял прежнюю (людей: 1), тому" in words(preview)
    assert current_agreement(kind=AgreementKind.TERMS, today=timezone.localdate()).version == before
    shown = re.search(r'name="shown" value="([0-9a-f]+)"', page)
    assert shown is not None
    # Another text than the one that was looked at is shown first.
    other = browser.post(url, form | {"shown": shown[1], "body": "Другой абзац."})
    assert other.status_code == 200
    assert current_agreement(kind=AgreementKind.TERMS, today=timezone.localdate()).version == before
    assert browser.post(url, form | {"shown": shown[1]}).status_code == 302
    published = current_agreement(kind=AgreementKind.TERMS, today=timezone.localdate())
    assert (published.version, published.title) == (before + 1, "Новое соглашение")
    # Pressed twice, and by who began before it: nothing more is published, what was typed stays.
    again = browser.post(url, form | {"shown": shown[1]})
    assert again.status_code == 422
    assert "Тем временем это изменил кто-то другой" in words(again)
    assert "## Часть" in again.content.decode()
    assert browser.post(url, form | {"shown": shown[1], "seen": seen_version(again)}).status_code == 422
    assert current_agreement(kind=AgreementKind.TERMS, today=timezone.localdate()).version == before + 1


def seen_version(answer: Any) -> str:
    found = re.search(r'name="seen" value="(\d+)"', answer.content.decode())
    assert found is not None
    return found[1]


def test_what_is_missing_is_told_with_the_desk_where_it_is_entered() -> None:
    page = words(guardian().get(HOME))
    for said in ("Не сказано, чей это портал.", "Нет ни одного поставщика услуг.", "вторым некому"):
        assert said in page
    stand()
    make_member(role=Role.OPERATOR)
    make_member(role=Role.BILLING)
    page = words(guardian().get(HOME))
    for said in (
        "Не сказано",
        "Нет ни одного поставщика",
        "вторым некому",
        "Такого сотрудника нет",
        "Норматив не",
    ):
        assert said not in page
    assert "Нет цен его региона. Это делает инженер расчётов: «Расчёты», «Тарифы»." in page


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.BILLING])
def test_other_roles_are_told_no(role: Role) -> None:
    stand()
    browser = working(make_member(role=role))
    for url in (
        HOME,
        COMPANY,
        REQUISITES,
        f"{HOME}suppliers/",
        f"{HOME}svet-setup.toml",
        f"{HOME}agreements/terms/",
    ):
        assert browser.get(url).status_code == 403
    assert browser.post(REQUISITES, SUPPLIER).status_code == 403
    assert not SupplierDraft.objects.exists()


def test_a_supplier_or_a_draft_that_is_not_there_is_nothing() -> None:
    browser = guardian()
    for url in (f"{HOME}suppliers/nobody/", f"{HOME}suppliers/nobody/requisites/", f"{HOME}agreements/x/"):
        assert browser.get(url).status_code == 404
    assert browser.post(f"{HOME}drafts/0000000000000000/sign/").status_code == 404


def test_a_text_for_a_later_day_is_seen_beside_the_one_that_holds_and_can_be_taken_back() -> None:
    url, browser, today = f"{HOME}agreements/terms/", guardian(), timezone.localdate()
    day = today + timedelta(days=20)
    before = current_agreement(kind=AgreementKind.TERMS, today=today).version
    form = {"title": "Новое соглашение", "body": "Абзац.", "seen": str(before)}
    past = browser.post(url, form | {"day": "вчера"})
    assert "Введите день так: 31.12.2026." in words(past)
    preview = browser.post(url, form | {"day": f"{day:%d.%m.%Y}"})
    assert "до этого дня её видят все рядом с прежней" in words(preview)
    shown = re.search(r'name="shown" value="([0-9a-f]+)"', preview.content.decode())
    assert shown is not None
    # Another day than the one that was looked at is shown first.
    assert (
        browser.post(url, form | {"day": f"{day + timedelta(days=1)}", "shown": shown[1]}).status_code == 200
    )
    assert browser.post(url, form | {"day": f"{day}", "shown": shown[1]}).status_code == 302
    assert current_agreement(kind=AgreementKind.TERMS, today=today).version == before
    assert current_agreement(kind=AgreementKind.TERMS, today=day).version == before + 1
    assert f"Версия {before + 1} вступит в силу" in words(browser.get(HOME))
    assert f"Отозвать версию {before + 1}" in words(browser.get(url))
    # Anybody reads what holds, what comes and when.
    anybody = Client()
    holds, comes = anybody.get("/agreement/terms/"), anybody.get(f"/agreement/terms/{before + 1}/")
    assert f"действует версия {before + 1}" in words(holds)
    assert f"Версия {before + 1}, вступит в силу" in words(comes)
    assert f"Сегодня действует версия {before}" in words(comes)
    # One waits at a time.
    other = {"title": "Другое", "body": "Абзац.", "seen": str(before)}
    looked = re.search(r'name="shown" value="([0-9a-f]+)"', browser.post(url, other).content.decode())
    assert looked is not None
    waits = browser.post(url, other | {"shown": looked[1]})
    assert waits.status_code == 422
    assert "Следующая версия уже назначена" in words(waits)
    for said in (str(before), "²", "", str(before + 9)):
        assert "Отзывать нечего" in words(browser.post(url, {"take_back": said}, follow=True))
    gone = browser.post(url, {"take_back": str(before + 1)}, follow=True)
    assert f"Версия {before + 1} отозвана" in words(gone)
    assert "Отзывать нечего" in words(browser.post(url, {"take_back": str(before + 1)}, follow=True))
    assert current_agreement(kind=AgreementKind.TERMS, today=day).version == before
    assert "отозвана до своего дня" in words(anybody.get(f"/agreement/terms/{before + 1}/"))
    assert "вступит" not in words(anybody.get("/agreement/terms/"))
    assert [row.action for row in Entry.objects.filter(subject="agreement").order_by("pk")] == [
        "agreement.published",
        "agreement.taken_back",
    ]
