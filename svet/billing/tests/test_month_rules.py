"""Rules of a provider's month: moves, checks, movers, totals, the hash, the sample, two persons."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from svet.billing.rules import Rules
from svet.billing.rules.dry_runs import (
    SAMPLE,
    AccountOutcome,
    ChargePart,
    DryRunTally,
    FormerCharge,
    MoverCause,
    PartSum,
    digest_of,
    mover_cause,
)
from svet.billing.rules.month_checks import (
    CheckedPoint,
    CheckState,
    EarlierMonth,
    GroupPrices,
    MonthInputs,
    MonthPoint,
    blocked,
    month_checks,
)
from svet.billing.rules.months import MONTH_MOVES, UNCHARGED, MonthState, plain_name, same_person
from svet.billing.rules.policies import too_many
from svet.kernel.periods import Month

NOVEMBER = Month(2026, 11)
GOOD = MonthInputs(
    period=NOVEMBER,
    today=date(2026, 11, 26),
    cut_off=date(2026, 11, 25),
    region="Челябинская область",
    rules=Rules(norm_kwh_per_person=Decimal(90)),
    chosen=True,
    accounts=1_000,
    groups=(GroupPrices("1.1", 1_000),),
    without_meter=0,
    without_residents=0,
    under_review=0,
    earlier=EarlierMonth(),
    published_only=True,
)


def state_of(point: MonthPoint, **changed: Any) -> CheckState:
    (found,) = (each for each in month_checks(replace(GOOD, **changed)) if each.point is point)
    return found.state


def test_a_month_with_everything_is_in_order_point_by_point() -> None:
    points = month_checks(GOOD)
    assert [each.point for each in points] == list(MonthPoint)
    assert {each.state for each in points} == {CheckState.OK}
    assert blocked(points) == []


@pytest.mark.parametrize(
    ("point", "changed"),
    [
        (MonthPoint.REGION, {"region": ""}),
        (MonthPoint.CUT_OFF, {"today": date(2026, 11, 25)}),
        (MonthPoint.CUT_OFF, {"today": date(2026, 10, 31)}),
        (MonthPoint.EARLIER_MONTH, {"earlier": EarlierMonth(unfinished=Month(2026, 10))}),
        (MonthPoint.EARLIER_MONTH, {"earlier": EarlierMonth(missing=Month(2026, 10))}),
        (
            MonthPoint.EARLIER_MONTH,
            {"earlier": EarlierMonth(open=((Month(2026, 9), 11, 1_000, Decimal(1)),))},
        ),
        (MonthPoint.TARIFFS, {"groups": (GroupPrices("9.9", 11, missing_on=date(2026, 11, 1)),)}),
        (MonthPoint.DEMONSTRATION, {"groups": (GroupPrices("1.1", 1_000, demonstration=True),)}),
        (MonthPoint.NORM, {"rules": Rules(), "without_meter": 11}),
        (MonthPoint.HOUSES, {"houses": ("Д-1", "Д-2"), "in_houses": 11}),
    ],
)
def test_what_a_run_would_refuse_or_fail_on_is_in_the_way(point: MonthPoint, changed: dict[str, Any]) -> None:
    assert state_of(point, **changed) is CheckState.BLOCKED


@pytest.mark.parametrize(
    ("point", "changed"),
    [
        (
            MonthPoint.EARLIER_MONTH,
            {"earlier": EarlierMonth(open=((Month(2026, 9), 10, 1_000, Decimal(1)),))},
        ),
        (MonthPoint.TARIFFS, {"groups": (GroupPrices("9.9", 10, missing_on=date(2026, 11, 1)),)}),
        (
            MonthPoint.DEMONSTRATION,
            {"groups": (GroupPrices("1.1", 1_000, demonstration=True),), "published_only": False},
        ),
        (MonthPoint.NORM, {"rules": Rules()}),
        (MonthPoint.POLICY, {"chosen": False}),
        (MonthPoint.METERS, {"without_meter": 1}),
        (MonthPoint.HOUSES, {"houses": ("Д-1",), "in_houses": 10}),
        (MonthPoint.RESIDENTS, {"without_residents": 1}),
        (MonthPoint.REVIEW, {"under_review": 1}),
    ],
)
def test_what_concerns_few_is_a_warning(point: MonthPoint, changed: dict[str, Any]) -> None:
    assert state_of(point, **changed) is CheckState.WARNED


def test_a_month_moves_forward_and_a_charged_one_is_never_released_again() -> None:
    assert {MonthState.OPEN, MonthState.READY, MonthState.RELEASED} == UNCHARGED
    for state in UNCHARGED:
        assert MONTH_MOVES.allows(state, MonthState.CHARGING)
        assert not MONTH_MOVES.allows(state, MonthState.ISSUED)
    for state in (MonthState.CHARGED, MonthState.ISSUED):
        assert not MONTH_MOVES[state] & UNCHARGED
    assert not MONTH_MOVES.allows(MonthState.OPEN, MonthState.RELEASED), "nobody releases what nobody saw"


def outcome(
    kopecks: int, *, kwh: int = 100, part: ChargePart = ChargePart.READINGS, account_id: int = 1
) -> AccountOutcome:
    return AccountOutcome(account_id, {part: PartSum(Decimal(kwh), kopecks)}, digest_of([kwh, kopecks]))


@pytest.mark.parametrize(
    ("now", "before", "cause"),
    [
        (outcome(150_00), FormerCharge(Decimal(100), 100_00, False), None),
        (outcome(50_00), FormerCharge(Decimal(100), 100_00, False), None),
        (outcome(150_01), FormerCharge(Decimal(100), 100_00, False), MoverCause.PRICES),
        (outcome(49_99), FormerCharge(Decimal(100), 100_00, False), MoverCause.PRICES),
        (outcome(200_00, kwh=200), FormerCharge(Decimal(100), 100_00, False), MoverCause.CONSUMPTION),
        (outcome(1), FormerCharge(Decimal(0), 0, False), MoverCause.CONSUMPTION),
        (outcome(0, kwh=0), FormerCharge(Decimal(0), 0, False), None),
        (
            outcome(300_00, part=ChargePart.NORM),
            FormerCharge(Decimal(100), 100_00, False),
            MoverCause.NOW_ESTIMATED,
        ),
        (outcome(300_00), FormerCharge(Decimal(100), 100_00, True), MoverCause.NOW_READ),
        (
            outcome(-300_00, part=ChargePart.RECALCULATION),
            FormerCharge(Decimal(100), 100_00, False),
            MoverCause.RECALCULATION,
        ),
        (outcome(300_00), None, None),
    ],
)
def test_a_mover_goes_beyond_the_limit_and_says_why(
    now: AccountOutcome, before: FormerCharge | None, cause: MoverCause | None
) -> None:
    assert mover_cause(now, before, percent=Decimal(50)) is cause


def counted(outcomes: list[AccountOutcome], *, seed: int = 7) -> DryRunTally:
    tally = DryRunTally(seed=seed, percent=Decimal(50))
    for each in outcomes:
        tally.add(each, FormerCharge(Decimal(100), 100_00, False) if each.account_id % 2 else None)
    return tally


def test_totals_are_counted_by_part_problem_and_mover() -> None:
    failed = AccountOutcome(3, {}, digest_of(["no_norm"]), "no_norm")
    tally = counted([outcome(300_00, account_id=1), outcome(100_00, account_id=2), failed])
    assert (tally.accounts, tally.charged, tally.kopecks, tally.kwh) == (3, 2, 400_00, Decimal(200))
    assert (tally.former_accounts, tally.former_kopecks) == (2, 200_00)
    assert tally.problems == {"no_norm": 1}
    assert tally.movers == {MoverCause.PRICES: 1}
    assert tally.parts == {ChargePart.READINGS: (2, Decimal(200), 400_00)}


def test_the_hash_stands_for_every_line_of_every_account_and_nothing_else() -> None:
    some = [outcome(100_00, account_id=number) for number in range(1, 50)]
    assert counted(some).sha256 == counted(some, seed=8).sha256
    other = [*some[:20], outcome(100_01, account_id=21), *some[21:]]
    assert counted(some).sha256 != counted(other).sha256
    assert counted(some).sha256 != counted(some[:-1]).sha256


def test_the_sample_is_drawn_by_its_seed_whatever_the_accounts_are_charged() -> None:
    some = [outcome(100_00, account_id=number) for number in range(1, 500)]
    other = [outcome(999_00, account_id=number) for number in range(1, 500)]
    assert len(counted(some).sample) == SAMPLE
    assert counted(some).sample == counted(other).sample
    assert counted(some).sample != counted(some, seed=8).sample
    assert counted(some[:5]).sample == [1, 2, 3, 4, 5]


def test_two_persons_are_told_apart_by_key_and_else_by_name() -> None:
    assert same_person(first=(1, "Ольга Смирнова (billing)"), second=(1, "Смирнова"))
    assert not same_person(first=(1, "Ольга Смирнова"), second=(2, "Ольга Смирнова"))
    assert same_person(first=(1, "Ольга  Смирнова (billing)"), second=(None, " ольга смирнова"))
    assert not same_person(first=(None, "Ольга Смирнова"), second=(None, "Иван Котов"))
    assert plain_name("  Ольга   Смирнова (billing) ") == "Ольга Смирнова"


def test_a_table_of_norms_that_ends_within_the_month_is_no_norm_whatever_the_supplier_has_set() -> None:
    """`svet bill check` said «Задан», and the run then had no norm for whoever was not read."""
    whole = replace(GOOD, norm_tables=True)
    ended = replace(whole, norms_end=GOOD.cut_off, without_meter=1)

    def norm(known: MonthInputs) -> CheckedPoint:
        return next(each for each in month_checks(known) if each.point is MonthPoint.NORM)

    assert (norm(whole).state, norm(ended).state) == (CheckState.OK, CheckState.WARNED)
    assert norm(ended).details["day"] == GOOD.cut_off


@pytest.mark.parametrize(
    ("problems", "accounts", "many"),
    [(3, 3, False), (4, 4, True), (4, 400, False), (5, 499, True), (5, 500, False)],
)
def test_one_problem_in_a_hundred_and_the_first_three_are_not_many(
    problems: int, accounts: int, many: bool
) -> None:
    assert too_many(problems=problems, accounts=accounts, percent=Rules().problems_percent) is many
