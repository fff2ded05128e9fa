"""«Окончания договоров»: by month, with the bill that knows of the end and what is owed, and as a file."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from svet.accounts import operations as accounts
from svet.accounts.models import Account, Provider
from svet.accounts.tests.factories import OFFICE, make_account, make_provider, set_terms
from svet.billing import operations as billing
from svet.billing import queries
from svet.billing.tests.factories import NOVEMBER, NOW, charge_november, make_norm
from svet.bills import operations as bills
from svet.payments.tests.factories import REQUISITES
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
PAGE, FILE = "/staff/ended/", "/staff/ended.csv"


def end(account: Account, on: date | None, *, now: datetime = NOW, reason: str = "=продано") -> None:
    accounts.end_contract(by=OFFICE, account_public_id=account.public_id, on=on, reason=reason, now=now)


def shown(page: str = PAGE) -> str:
    return working(make_member()).get(page).content.decode()


def test_a_contract_stands_with_its_last_day_until_the_end_is_taken_back() -> None:
    account, other = make_account(number="3560670001"), make_account(number="3560670002")
    assert "Окончаний нет" in shown()
    end(account, date(2026, 7, 9))
    end(account, date(2026, 8, 2), reason="описка")
    end(other, date(2026, 8, 3))
    text = shown()
    assert [words in text for words in ("02.08.2026", "описка", "09.07.2026")] == [True, True, False]
    assert text.index("3560670002") < text.index("3560670001")
    assert "Ещё не выставлен" in text
    assert "3560670001" not in shown(f"{PAGE}?month=2026-07")
    assert "3560670001" in shown(f"{PAGE}?month=2026-08")
    for odd in ("?month=вчера", "?page=0", "?page=999"):
        assert working(make_member()).get(f"{PAGE}{odd}").status_code == 200
    end(account, None)
    assert "3560670001" not in shown()


def test_a_contract_of_a_day_to_come_still_holds_and_one_of_water_is_billed_elsewhere() -> None:
    end(make_account(), timezone.localdate() + timedelta(days=20), now=timezone.now())
    assert "Договор ещё действует" in shown()
    Provider.objects.update(service="cold_water")
    assert "Счета делает поставщик" in shown()


def test_the_last_bill_is_the_one_that_knows_of_the_end() -> None:
    make_norm()
    account, _ = charge_november()
    set_terms(account, residents=2)
    Provider.objects.update(**REQUISITES)
    provider = make_provider()
    bills.issue(provider_id=provider.pk, period=NOVEMBER, now=NOW)
    end(account, date(2026, 11, 10), now=NOW + timedelta(hours=1))
    assert "Ещё не выставлен" in shown()
    december, later = NOVEMBER.plus(1), NOW + timedelta(days=31)
    billing.run(provider_id=provider.pk, period=december, now=later)
    bills.issue(provider_id=provider.pk, period=december, now=later)
    text = shown()
    assert "Выставлен: " in text
    assert "долг " in text


def test_a_bill_of_a_charge_from_before_the_end_does_not_know_of_it() -> None:
    """Charged, then the end becomes known, then the bills go out: they say what was charged."""
    account, _ = charge_november()
    Provider.objects.update(**REQUISITES)
    end(account, date(2026, 11, 10), now=NOW + timedelta(hours=1))
    provider, issued = make_provider(), NOW + timedelta(hours=2)
    assert bills.issue(provider_id=provider.pk, period=NOVEMBER, now=issued).issued == 1
    assert "Ещё не выставлен" in shown()


def test_an_end_that_corrects_nothing_has_its_last_bill_once_a_later_month_was_charged() -> None:
    """Read and charged to the 20th of November; that it was the last day is learned after its bill."""
    account, _ = charge_november()
    Provider.objects.update(**REQUISITES)
    provider = make_provider()
    bills.issue(provider_id=provider.pk, period=NOVEMBER, now=NOW)
    never = make_account(number="9999670002")
    end(account, date(2026, 11, 20), now=NOW + timedelta(hours=1))
    end(never, never.opened_on, now=NOW + timedelta(hours=1))
    assert shown().count("Ещё не выставлен") == 2
    december, later = NOVEMBER.plus(1), NOW + timedelta(days=31)
    billing.run(provider_id=provider.pk, period=december, now=later)
    assert not queries.charges([account.pk], since=december)
    text = shown()
    assert "Ещё не выставлен" not in text
    assert "Выставлен: " in text
    assert "Не будет: начислять нечего" in text


def test_the_file_has_every_row_and_no_formula() -> None:
    for place in range(3):
        end(make_account(), date(2026, 8, 1 + place))
    answer = working(make_member(role=Role.BILLING)).get(FILE + "?month=2026-08")
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 4
    assert "'=продано" in lines[1]
    assert lines[1].endswith(";0,00")
    assert "ended-2026-08.csv" in answer.headers["Content-Disposition"]
