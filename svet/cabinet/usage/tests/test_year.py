"""«Год вашего света»: for whoever sees the account, linked in winter, of the months that the bills show."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_link
from svet.cabinet.usage.tests.test_usage import account, anna, enter, page_of, standing, text
from svet.people.models import Person
from svet.people.tests.factories import make_person

__all__ = ["account", "anna", "standing"]
pytestmark = pytest.mark.django_db
WINTER = datetime(2027, 1, 10, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    for page in ("page", "year"):
        monkeypatch.setattr(f"svet.cabinet.usage.{page}.now_of", lambda request: WINTER)


def test_it_is_linked_in_winter_and_tells_what_the_bills_say(
    anna: Person, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"{page_of(account)}2026/"
    assert url in text(enter(anna).get(page_of(account)))
    page = text(enter(anna).get(url))
    assert "Год вашего света: 2026" in page
    assert "За 4 месяца 2026 года вы израсходовали" in page
    assert "октябрь 2026, 330 кВт·ч" in page
    summer = datetime(2027, 6, 10, 9, 0, tzinfo=UTC)
    monkeypatch.setattr("svet.cabinet.usage.page.now_of", lambda request: summer)
    assert url not in text(enter(anna).get(page_of(account)))


def test_months_that_were_not_compared_are_told_with_the_reason(
    anna: Person, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """«0 из 1» under a year of four bills: what became of the other three?"""
    url, why = f"{page_of(account)}2026/", "Остальные месяцы не сравнили"
    assert why not in text(enter(anna).get(url)), "where nothing is compared nothing is left over"
    for of in (1, 4):
        monkeypatch.setattr("svet.cabinet.usage.year.year_alike", lambda months=of, **_asked: (0, months))
        page = text(enter(anna).get(url))
        assert f"меньше середины: 0 из {of}" in page
        assert (why in page) == (of == 1)


@pytest.mark.parametrize("year", ["2025", "2028", "1999", "99999999", "0"])
def test_a_year_without_bills_is_no_page(anna: Person, account: Account, year: str) -> None:
    assert enter(anna).get(f"{page_of(account)}{year}/").status_code == 404


def test_a_stranger_sees_none_and_a_new_holder_what_the_bills_show(anna: Person, account: Account) -> None:
    assert enter(make_person()).get(f"{page_of(account)}2026/").status_code == 404
    vera = make_person()
    make_link(person=vera, account=account, confirmed=True)
    Account.objects.filter(pk=account.pk).update(held_since=date(2026, 11, 5))
    page = text(enter(vera).get(f"{page_of(account)}2026/"))
    assert "За 4 месяца 2026 года" in page
    assert "октябрь 2026, 330 кВт·ч" in page


@pytest.mark.parametrize("held_since", [date(2026, 11, 5), date(2027, 1, 5)])
def test_a_new_holder_is_never_led_to_a_year_that_is_no_page(
    anna: Person, account: Account, held_since: date
) -> None:
    """Bought in January: the page led to a year of which it then said that there is none."""
    vera = make_person()
    make_link(person=vera, account=account, confirmed=True)
    Account.objects.filter(pk=account.pk).update(held_since=held_since)
    url = f"{page_of(account)}2026/"
    assert url in text(enter(vera).get(page_of(account)))
    assert enter(vera).get(url).status_code == 200
