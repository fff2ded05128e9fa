"""A month unlike the one before: its bills wait for a second person's word, which is about a sum."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from svet.accounts.tests.factories import make_provider
from svet.billing.models import BillingMonth, MonthTask
from svet.billing.operations import run, set_policy
from svet.billing.operations.confirming import confirm_totals
from svet.billing.operations.rehearsing import rehearse
from svet.billing.operations.releasing import release
from svet.billing.queries.month_brake import month_totals, unlike_month
from svet.billing.rules import BillingReason, BillingRefused, month_brake
from svet.billing.rules.kinds import Rules
from svet.billing.rules.month_brake import MonthTotals, unlike
from svet.billing.rules.months import MonthReason, MonthRefused
from svet.billing.rules.policies import PolicyRefused
from svet.billing.tests.factories import NOVEMBER, NOW, load_chelyabinsk, make_metered_account
from svet.billing.texts import explain
from svet.billing.texts.months import explain as explain_month
from svet.bills import operations
from svet.bills.models import Bill
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.metering.models import Meter
from svet.metering.tests.factories import make_reading

pytestmark = pytest.mark.django_db
OCTOBER = NOVEMBER.plus(-1)
OLGA, IVAN = Actor.system("Ольга Смирнова"), Actor.system("Иван Котов")


@pytest.fixture(autouse=True)
def few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(month_brake, "FEWEST", 4)


def town(*used: int) -> list[Meter]:
    """Accounts that used 100 kWh in October and so much in November."""
    load_chelyabinsk()
    meters = []
    for kwh in used:
        _, meter = make_metered_account(installed_on=date(2026, 9, 25))
        make_reading(meter, 1100, read_on=date(2026, 10, 25))
        make_reading(meter, 1100 + kwh, read_on=date(2026, 11, 25))
        meters.append(meter)
    charge(OCTOBER)
    return meters


def charge(period: object = NOVEMBER) -> None:
    run(provider_id=make_provider().pk, period=period, now=NOW, before_cut_off=True)  # type: ignore[arg-type]


def issue(*, despite_problems: bool = False) -> int:
    return operations.issue(
        provider_id=make_provider().pk, period=NOVEMBER, now=NOW, despite_problems=despite_problems
    ).issued


def confirm(by: Actor = IVAN) -> None:
    confirm_totals(provider_id=make_provider().pk, period=NOVEMBER, by=by, now=NOW)


def test_bills_of_a_month_that_doubled_wait_for_a_second_person() -> None:
    town(200, 200, 200, 200)
    charge()
    for insisting in (False, True):
        with pytest.raises(BillingRefused) as refused:
            issue(despite_problems=insisting)
        assert refused.value.reason is BillingReason.UNLIKE_MONTH_BEFORE
    said = explain(refused.value)
    assert "4 из 4" in said
    assert "svet bill confirm" in said
    assert not Bill.objects.exists()
    confirm()
    assert issue() == 4
    entry = Entry.objects.get(action="month.totals_confirmed")
    assert entry.after is not None
    assert (entry.actor_name, entry.after["accounts"], entry.after["movers"]) == ("Иван Котов", 4, 4)


def test_ups_and_downs_that_balance_are_seen_by_the_accounts_they_move() -> None:
    town(0, 0, 200, 200)
    charge()
    totals = month_totals(provider_id=make_provider().pk, period=NOVEMBER)
    assert totals.kopecks == totals.former_kopecks
    assert (totals.accounts, totals.movers) == (4, 4)
    with pytest.raises(BillingRefused):
        issue()


def test_an_ordinary_month_and_a_village_wait_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    town(100, 100, 110, 160)
    charge()
    with pytest.raises(MonthRefused) as refused:
        confirm()
    assert refused.value.reason is MonthReason.NOTHING_UNLIKE
    assert explain_month(refused.value)
    assert unlike_month(provider_id=make_provider().pk, period=NOVEMBER) is None
    set_policy(
        provider_id=make_provider().pk, valid_from=NOVEMBER.first, movers_share=Decimal(20), by=OLGA, now=NOW
    )
    assert unlike_month(provider_id=make_provider().pk, period=NOVEMBER) is not None
    monkeypatch.setattr(month_brake, "FEWEST", 5)
    assert issue() == 4


def test_a_word_is_about_a_sum() -> None:
    meters = town(200, 200, 200, 200)
    with pytest.raises(MonthRefused) as refused:
        confirm()
    assert refused.value.reason is MonthReason.NOT_CHARGED
    charge()
    confirm()
    BillingMonth.objects.update(totals=MonthTotals(4, 100, 700, 4)._asdict())
    with pytest.raises(BillingRefused):
        issue()
    confirm()
    assert issue() == len(meters)


def test_who_has_charged_does_not_confirm_and_who_has_no_name_neither() -> None:
    town(200, 200, 200, 200)
    charge()
    MonthTask.objects.create(
        provider=make_provider(), period=NOVEMBER.first, kind="charge", state="done", asked_by="Иван Котов",
        asked_at=NOW, beat_at=NOW,
    )  # fmt: skip
    for by, reason in ((IVAN, MonthReason.OWN_CHARGE), (Actor.system(" "), MonthReason.NO_NAME)):
        with pytest.raises(MonthRefused) as refused:
            confirm(by)
        assert refused.value.reason is reason
        assert explain_month(refused.value)
    confirm(OLGA)
    assert issue() == 4


def test_who_has_released_the_dry_run_has_seen_its_totals() -> None:
    town(200, 200, 200, 200)
    provider_id = make_provider().pk
    rehearse(provider_id=provider_id, period=NOVEMBER, by=OLGA, clock=lambda: NOW)
    release(provider_id=provider_id, period=NOVEMBER, by=IVAN, clock=lambda: NOW)
    charge()
    assert issue() == 4


@pytest.mark.parametrize(
    ("totals", "waits"),
    [
        (MonthTotals(100, 100_00, 130_00, 30), False),
        (MonthTotals(100, 100_00, 130_01, 30), True),
        (MonthTotals(100, 100_00, 69_99, 0), True),
        (MonthTotals(100, 100_00, 100_00, 31), True),
        (MonthTotals(99, 100_00, 900_00, 99), False),
        (MonthTotals(100, 0, 1, 100), True),
        (MonthTotals(100, 0, 0, 0), False),
        (MonthTotals(100, -100_00, 100_00, 0), True),
        (MonthTotals(), False),
    ],
)
def test_both_limits_are_shares_of_the_month_before(
    totals: MonthTotals, waits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(month_brake, "FEWEST", 100)
    assert unlike(totals, Rules()) is waits


@pytest.mark.parametrize("how", [{"totals_percent": Decimal(901)}, {"movers_share": Decimal("100.01")}])
def test_limits_beyond_sense_are_refused(how: dict[str, Decimal]) -> None:
    with pytest.raises(PolicyRefused):
        set_policy(provider_id=make_provider().pk, valid_from=NOVEMBER.first, by=OLGA, now=NOW, **how)  # type: ignore[arg-type]
