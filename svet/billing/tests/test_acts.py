"""Each row of the table of volumes without a reading, to the kopeck, and acts of the office as facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from svet.accounts.tests.factories import NOW, OFFICE
from svet.billing.rules.facts import Act, ActKind, Away
from svet.billing.rules.kinds import Basis, BillingProblem, BillingReason
from svet.billing.rules.lines import Line
from svet.billing.rules.should import should
from svet.billing.tests.factories import load_chelyabinsk, make_metered_account
from svet.billing.tests.facts import account, by_month, day, kopecks, kwh, meter, month, policy, told
from svet.billing.tests.test_differences import facts
from svet.billing.tests.test_weather import steady
from svet.kernel.periods import Month
from svet.metering.operations.acts import write_act
from svet.metering.operations.meters import MeterRow
from svet.metering.operations.replacing import replace_meter
from svet.metering.rules import Zone
from svet.metering.rules.acts import ActOf, NewAct


def silent(*acts: Act, until: str, **more: Any) -> list[Line]:
    """Two hundred a month until the 24th of April, then nothing but what acts say."""
    return should(account(meter(steady(200)), acts=acts, **more), horizon=month(until))


def test_a_silent_smart_meter_is_counted_like_any_other_and_the_cause_is_named() -> None:
    lines = silent(Act(ActKind.SILENT, day("2026-05-01")), until="2026-08")
    plain = silent(until="2026-08")
    assert [line.content for line in lines] == [line.content for line in plain]
    assert told(lines, "kwh", "basis") == [(200, Basis.AVERAGE)] * 3 + [(300, Basis.NORM)]
    assert {line.evidence.cause for line in lines} == {ActKind.SILENT}
    assert {line.evidence.cause for line in plain} == {None}


def test_a_meter_that_breaks_inside_a_month_divides_it() -> None:
    # The fourth month of silence: 15 days of norm, then 16 of an average without end.
    broken = silent(Act(ActKind.BROKEN, day("2026-08-09")), until="2026-09")
    assert told(broken[3:], "basis", "kwh", "kopecks") == [
        (Basis.AVERAGE, 103, 49_955),
        (Basis.NORM, 145, 70_325),
        (Basis.AVERAGE, 200, 97_000),
    ]
    # While averages are allowed all the same, nothing is divided.
    early = silent(Act(ActKind.BROKEN, day("2026-06-09")), until="2026-06")
    assert told(early, "kwh") == [200, 200]


def test_interference_is_charged_for_days_of_the_contract_alone() -> None:
    """An act of May to August, a contract that ended on the 9th of May: eight days of 3,000 kWh a month."""
    act = Act(ActKind.TAMPERED, day("2026-05-01"), day("2026-08-31"))
    for until in ("2026-05", "2026-08"):
        lines = silent(act, until=until, closed_on=day("2026-05-09"))
        assert told(lines, "basis", "kwh", "part_until") == [
            (Basis.AVERAGE, 43, day("2026-05-09")),
            (Basis.NORM, 800, day("2026-05-09")),
        ]


def test_a_restored_meter_has_three_averages_from_its_first_silent_month_only() -> None:
    lost = Act(ActKind.LOST, day("2026-05-01"), day("2026-08-25"))
    lines = silent(lost, until="2026-09")
    assert told(lines, "basis", "kwh") == [(Basis.AVERAGE, 200)] * 4 + [(Basis.NORM, 300)]


def test_without_a_base_a_broken_meter_is_charged_by_the_plain_norm() -> None:
    acts = (Act(ActKind.BROKEN, day("2026-05-01")), Act(ActKind.REFUSED, day("2026-05-01")))
    lines = should(account(meter(steady(200, upto=2)), acts=acts, floor="2026-01"), horizon=month("2026-05"))
    assert told(lines[-1:], "kwh", "basis") == [(300, Basis.NORM)]
    assert lines[-1].evidence.cause is ActKind.BROKEN


def test_the_refusal_of_one_half_of_a_month_multiplies_that_half() -> None:
    lines = silent(Act(ActKind.REFUSED, day("2026-08-09")), until="2026-08")
    # 300 a month: 15 days plain, 16 days one and a half: 300 × (15 + 24) ÷ 31.
    assert told(lines[-1:], "kwh", "kopecks") == [(377, 182_845)]


def test_the_month_in_which_it_turned_out_that_a_meter_could_stand_is_divided_by_days() -> None:
    lines = should(account(acts=(Act(ActKind.UNMETERED, day("2026-05-10")),)), horizon=month("2026-06"))
    assert by_month(lines) == {"2026-05": 375, "2026-06": 450}
    assert kopecks(lines) == (375 + 450) * 485
    ended = Act(ActKind.UNMETERED, day("2026-01-01"), day("2026-05-10"))
    assert kwh(should(account(acts=(ended,)), horizon=month("2026-05"))) == 375


def test_interference_replaces_only_its_days() -> None:
    own = account(meter(steady(200)), floor="2025-11")
    lines = should(
        replace(own, acts=(Act(ActKind.TAMPERED, day("2026-04-10"), day("2026-04-25")),)),
        horizon=month("2026-04"),
    )
    # The reading of the 24th told of 30 days, of which the act takes 14; the act itself has 15 of 31.
    april = [line for line in lines if str(line.month) == "2026-04"]
    assert told(april, "basis", "kwh", "kopecks") == [
        (Basis.READING, 107, 51_895),
        (Basis.NORM, 1_452, 704_220),
    ]
    assert by_month(lines)["2026-03"] == 200


def test_interference_on_an_account_without_a_norm_is_a_problem_of_the_run() -> None:
    own = account(meter(steady(200)), floor="2025-11", policies=(policy(None),))
    acts = (Act(ActKind.TAMPERED, day("2026-04-10"), day("2026-04-25")),)
    with pytest.raises(BillingProblem) as problem:
        should(replace(own, acts=acts), horizon=month("2026-04"))
    assert problem.value.reason is BillingReason.NO_NORM


def test_an_absence_changes_norms_and_no_averages() -> None:
    away = (Away(day("2026-05-25"), day("2026-06-25"), 2),)
    assert by_month(silent(until="2026-06", away=away)) == {"2026-05": 200, "2026-06": 200}
    bare = should(account(away=away), horizon=month("2026-06"))
    assert by_month(bare) == {"2026-05": 300, "2026-06": 100}


def test_a_withdrawn_act_leaves_no_trace() -> None:
    assert silent(until="2026-09") == silent(*(), until="2026-09")
    acted = silent(Act(ActKind.REFUSED, day("2026-05-01")), until="2026-09")
    assert kwh(acted) - kwh(silent(until="2026-09")) == 2 * 150


@pytest.mark.django_db
def test_acts_of_the_office_are_facts_of_the_points_they_are_about() -> None:
    load_chelyabinsk()
    own, old = make_metered_account(installed_on=date(2026, 5, 25), initial=0, residents=2)
    june, july = date(2026, 6, 1), date(2026, 7, 1)
    for act, of in (
        (NewAct(kind=ActOf.BROKEN, number="1", drawn_on=july, since=july), old.public_id),
        (NewAct(kind=ActOf.REFUSED, number="2", drawn_on=june, since=june), ""),
        (NewAct(kind=ActOf.AWAY, number="3", drawn_on=july, since=june, until=july, persons=1), ""),
    ):
        write_act(
            by=OFFICE,
            account_public_id=own.public_id,
            act=act,
            meter_public_id=of,
            reason="обход участка",
            now=NOW,
        )
    replace_meter(
        by=OFFICE,
        meter_public_id=old.public_id,
        final={Zone.SINGLE: Decimal(40)},
        new=MeterRow(account_id=own.pk, serial="700000", installed_on=date(2026, 7, 10)),
        reason="акт № 4",
        now=NOW,
    )
    got = facts(own, Month(2026, 8))
    assert got.acts == (
        Act(ActKind.REFUSED, date(2026, 6, 1), date(2026, 7, 10)),
        Act(ActKind.BROKEN, date(2026, 7, 1), date(2026, 7, 10), point=got.points[0].no),
    )
    assert got.away == (Away(date(2026, 6, 1), date(2026, 7, 1), 1),)
    assert facts(own, Month(2026, 5)).acts == ()
