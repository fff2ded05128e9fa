"""«Мой предел» on the page and for programs: kept, mended, dropped, one's own."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.test import Client

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_link
from svet.api.tests.test_v1 import Program
from svet.cabinet.usage.tests.test_usage import NOW, account, anna, enter, page_of, standing, text
from svet.people.models import Person
from svet.people.rules import Scope
from svet.people.tests.factories import make_person
from svet.usage.models import UsageBudget

__all__ = ["account", "anna", "standing"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("svet.cabinet.usage.page.now_of", lambda request: NOW)
    monkeypatch.setattr("svet.api.resources.budgets.timezone", SimpleNamespace(now=lambda: NOW))


def test_a_limit_is_kept_shown_with_numbers_and_dropped(anna: Person, account: Account) -> None:
    url, client = f"{page_of(account)}budget/", enter(anna)
    assert "Назначить предел" in text(client.get(page_of(account)))
    assert client.post(url, {"limit": "1 000", "kind": "money"})["Location"] == f"{page_of(account)}#budget"
    page = text(client.get(page_of(account))).replace("\u2060", "")
    assert "Вы задумали 1 000,00 ₽, к 25 декабря получается" in page
    assert 'value="1000"' in page
    assert client.get(url).status_code == 302
    client.post(url, {"limit": "20000", "kind": "energy"})
    assert "укладываетесь" in text(client.get(page_of(account)))
    client.post(f"{url}off/")
    client.post(f"{url}off/")
    assert "Назначить предел" in text(client.get(page_of(account)))


@pytest.mark.parametrize(
    ("limit", "kind", "said"),
    [
        ("", "money", "Введите, сколько в месяц."),
        ("сто", "money", "Введите целое число, например 1500."),
        ("12,5", "energy", "Введите целое число, например 1500."),
        ("0", "energy", "Введите целое число: до 1 000 000 рублей"),
        ("٣", "energy", "Введите целое число, например 1500."),
        ("999999999", "money", "Введите целое число: до 1 000 000 рублей"),
        ("99999999999", "money", "Введите целое число: до 1 000 000 рублей"),
        ("100", "water", "Выберите, что считать: рубли или киловатт-часы."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_kept(
    anna: Person, account: Account, limit: str, kind: str, said: str
) -> None:
    answer = enter(anna).post(f"{page_of(account)}budget/", {"limit": limit, "kind": kind})
    assert answer.status_code == 422
    page = answer.content.decode().replace("\u00a0", " ")
    assert said in page
    assert not limit or f'value="{limit}"' in page
    assert not UsageBudget.objects.exists()


def test_it_is_nobody_elses(anna: Person, account: Account) -> None:
    boris, vera = make_person(), make_person()
    make_link(person=boris, account=account)
    url = f"{page_of(account)}budget/"
    enter(anna).post(url, {"limit": "100", "kind": "energy"})
    assert "Назначить предел" in text(enter(boris).get(page_of(account)))
    for path in (url, f"{url}off/"):
        assert enter(vera).post(path, {"limit": "100", "kind": "energy"}).status_code == 404
        assert Client().post(path).status_code == 302


def test_programs_keep_it_too(anna: Person, account: Account) -> None:
    scopes: set[str] = {Scope.BILLS_READ, Scope.CABINET_WRITE}
    path, program = f"/accounts/{account.public_id}/budget", Program(anna, scopes)
    assert program.get(path).json() == {"kind": None, "limit": None, "standing": None}
    kept = program.post(path, {"kind": "energy", "limit": 10}, key="k1").json()
    assert kept == {"kind": "energy", "limit": 10, "standing": "beyond"}
    assert program.post(path, {"kind": "energy", "limit": 0}, key="k2").status_code == 422
    assert program.delete(path).status_code == 204
    assert program.get(path).json()["kind"] is None
    assert Program(make_person(), scopes).get(path).status_code == 404


def test_a_bill_of_several_months_is_said_and_not_compared(
    anna: Person, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both cards: one told of a range while the other waited for «a forecast»."""
    client = enter(anna)
    client.post(f"{page_of(account)}budget/", {"limit": "700", "kind": "money"})
    later = datetime(2027, 2, 20, 4, 0, tzinfo=UTC)
    monkeypatch.setattr("svet.cabinet.usage.page.now_of", lambda request: later)
    page = text(client.get(page_of(account))).replace("\u2060", "")
    assert "С последнего счёта к" in page
    assert "когда появится прогноз" not in page
    assert "Вы задумали не больше 700,00 ₽ в месяц. В счёте несколько месяцев, сравним со следующим." in page
    assert "В счёте несколько месяцев: это прогноз сразу за все." in page
