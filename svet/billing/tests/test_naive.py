"""Volumes and kopecks are those of the second calculation, whatever the office says of an account.

The short form runs with the suite. SVET_LONG=2000 gives each law so many lives.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import svet.billing.rules.should as rules
from svet.billing.queries.acts import multipliers
from svet.billing.rules import norm_needs, pot
from svet.billing.rules.facts import (
    AccountFacts,
    AccountTerms,
    Act,
    ActKind,
    Away,
    LossShare,
    Override,
    OverrideKind,
    RangeLimit,
)
from svet.billing.rules.houses import HouseShare, HouseVolume, HouseWay
from svet.billing.rules.kinds import BillingProblem, BillingReason, Proration
from svet.billing.rules.should import should
from svet.billing.tests import naive_money, naive_office
from svet.billing.tests.facts import account, day, meter, month
from svet.billing.tests.test_should import LONG, History, histories
from svet.kernel.periods import Month
from svet.metering.rules import zones_of
from svet.tariffs.rules.norm_tables import NormCell, NormTable

law = settings(
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    max_examples=LONG or 40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
_DAY = timedelta(days=1)
#: A region's norms, others from July on; for whom no row is, and before them, the supplier's own hold.
NORMS = (
    NormTable(date(2026, 5, 1), date(2026, 7, 10), (NormCell(Decimal(61), persons_from=1, persons_to=2),)),
    NormTable(date(2026, 7, 10), None, (NormCell(Decimal(120), persons_from=1, persons_to=1),
                                        NormCell(Decimal("70.25"), persons_from=3))),
)  # fmt: skip


@st.composite
def lives(draw: st.DrawFn) -> AccountFacts:
    """A history with what the office says of it: acts, absences, interference, decisions, losses, a house."""
    history: History = draw(histories())
    facts = history.whole

    def stretch(longest: int = 150) -> tuple[date, date]:
        since = facts.opened_on + _DAY * draw(st.integers(0, 280))
        return since, since + _DAY * draw(st.integers(1, longest))

    acts: list[Act] = []
    for kind in draw(st.lists(st.sampled_from(ActKind), max_size=4)):
        since, until = stretch()
        about = kind in (ActKind.BROKEN, ActKind.LOST, ActKind.SILENT)
        end = until if kind is ActKind.TAMPERED or draw(st.booleans()) else None
        point = draw(st.sampled_from([point.no for point in facts.points])) if about else None
        # Two acts that say the same of the same days are refused where they are written.
        if all((each.kind, each.point) != (kind, point) for each in acts):
            acts.append(Act(kind, since, end, point))
    away = [Away(*stretch(60), draw(st.integers(1, 3))) for _ in range(draw(st.integers(0, 2)))]
    terms = [facts.terms[0]]
    if draw(st.booleans()):
        terms.append(AccountTerms("1.1", draw(st.integers(1, 4)), since=stretch()[0]))
    points = facts.points
    if draw(st.integers(0, 3)) == 0:
        # The last meter went and nobody put another in its place.
        *others, last = points
        *meters, last_meter = last.placements
        gone = last_meter.since + _DAY * draw(st.integers(1, 200))
        readings = tuple(each for each in last_meter.readings if each.on <= gone)
        meters.append(replace(last_meter, until=gone, readings=readings))
        points = (*others, replace(last, placements=tuple(meters)))
    tables = facts.tables
    if draw(st.integers(0, 3)) == 0:
        by_persons = (RangeLimit(per_person=75, least=110), RangeLimit(600), RangeLimit())
        tables = (tables[0], replace(tables[1], limits=by_persons))
    policies = facts.policies
    if draw(st.integers(0, 5)) == 0:
        at_reading = replace(policies[0].rules, proration=Proration.AT_READING)
        policies = (replace(policies[0], rules=at_reading),)
    return replace(
        facts,
        acts=tuple(acts),
        away=tuple(away),
        terms=tuple(terms),
        points=points,
        tables=tables,
        policies=policies,
        losses=tuple(draw(_losses(facts))),
        overrides=tuple(draw(_decisions(facts))),
        house=tuple(draw(_shares(facts.floor))),
        multipliers=multipliers(),
        norms=draw(st.sampled_from([(), (), NORMS])),
    )


@st.composite
def _losses(draw: st.DrawFn, facts: AccountFacts) -> list[LossShare]:
    found = []
    if draw(st.integers(0, 2)) == 0:
        first = facts.floor.plus(draw(st.integers(0, 5)))
        until = draw(st.none() | st.integers(0, 3).map(first.plus))
        cut = facts.policies[0].cut_off_day
        before = first.plus(-1)
        found.append(
            LossShare(
                Decimal(draw(st.integers(1, 3000))) / 100,
                before.day(cut),
                None if until is None else until.day(cut),
                1,
            )
        )
    return found


@st.composite
def _decisions(draw: st.DrawFn, facts: AccountFacts) -> list[Override]:
    found = []
    kinds = st.sampled_from([OverrideKind.VOLUME, OverrideKind.NO_CHARGE, OverrideKind.CREDIT])
    for no, kind in enumerate(draw(st.lists(kinds, max_size=2)), 2):
        since = facts.floor.plus(draw(st.integers(0, 7)))
        until = since if kind is OverrideKind.CREDIT else since.plus(draw(st.integers(0, 2)))
        more: dict[str, Any] = {}
        if kind is OverrideKind.VOLUME:
            scheme = facts.points[0].placements[0].scheme
            more["zone"] = str(draw(st.sampled_from(zones_of(scheme))))
            more["kwh"] = Decimal(draw(st.integers(0, 5000)))
        if kind is OverrideKind.CREDIT:
            more["kopecks"] = draw(st.integers(-90_000, 90_000))
        found.append(Override(kind, since, until, no=no, **more))
    return found


@st.composite
def _shares(draw: st.DrawFn, floor: Month) -> list[HouseShare]:
    way = draw(st.none() | st.sampled_from(HouseWay))
    if way is None:
        return []
    area, whole = Decimal("50.1"), Decimal("153.4")
    found = []
    for place in range(11):
        rooms = Decimal(draw(st.integers(0, 900)))
        common = Decimal(draw(st.integers(0, 900)))
        by_norm = Decimal(draw(st.integers(0, 400)))
        volume = HouseVolume(
            "H", way, None if way is HouseWay.NORM else rooms + common, rooms, by_norm, whole
        )
        # Formulas 12 and 15 in words: the whole house less its rooms, at most the norm; by area.
        kwh = {HouseWay.DIRECT: common, HouseWay.METER: min(common, by_norm), HouseWay.NORM: by_norm}[way]
        part = (kwh * area / whole).quantize(Decimal("0.001"), rounding="ROUND_DOWN")
        found.append(HouseShare(floor.plus(place), part, volume, area))
    return found


@law
@given(lives(), st.integers(0, 10))
def test_volumes_and_kopecks_are_those_of_the_second_calculation(facts: AccountFacts, place: int) -> None:
    _counted_twice(facts, facts.floor.plus(place))


def _counted_twice(facts: AccountFacts, horizon: Month) -> None:
    try:
        lines = should(facts, horizon=horizon)
    except BillingProblem as problem:
        if problem.reason in (BillingReason.CONTRADICTION, BillingReason.DECISION_MISSES):
            return
        raise
    kwh: dict[Any, Decimal] = defaultdict(Decimal)
    money: dict[str, int] = defaultdict(int)
    for line in lines:
        if line.kwh:
            kwh[line.point, line.scheme, line.zone, str(line.month), line.basis.value] += line.kwh
        money[str(line.month)] += line.kopecks
    thousandth = Decimal("0.001")
    assert {k: v.quantize(thousandth) for k, v in kwh.items()} == {
        k: v.quantize(thousandth) for k, v in naive_office.volumes(facts, horizon).items() if v
    }
    told = naive_money.kopecks(facts, horizon)
    assert {k: v for k, v in money.items() if v} == {k: v for k, v in told.items() if v}


def _full_life() -> AccountFacts:
    """Two meters read until July and never again, refusals, a journey, losses, a void month, an end."""
    shown = {"2026-04-24": 0, "2026-05-24": 2400, "2026-06-24": 5300, "2026-07-24": 7900}
    return account(
        meter(shown),
        meter({on: value // 2 for on, value in shown.items()}, meter_id=2),
        closed_on=day("2027-01-09"),
        acts=(
            Act(ActKind.REFUSED, day("2026-08-01")),
            Act(ActKind.TAMPERED, day("2026-07-03"), day("2026-07-09")),
        ),
        away=(Away(day("2026-12-01"), day("2026-12-11"), 2),),
        losses=(LossShare(Decimal("2.5"), day("2026-04-25"), day("2026-06-25"), 1),),
        overrides=(Override(OverrideKind.NO_CHARGE, month("2026-09"), month("2026-09"), no=2),),
        house=(HouseShare(month("2026-06"), Decimal(50)),),
    )


def test_one_full_life_is_counted_twice() -> None:
    _counted_twice(_full_life(), month("2027-02"))


def _a_day_later(loss: LossShare) -> LossShare:
    return replace(loss, since=loss.since + _DAY, until=loss.until and loss.until + _DAY)


def _other(change: Callable[[AccountFacts], AccountFacts]) -> Callable[[Any], Any]:
    """The same function, asked of other facts."""
    return lambda true: lambda facts, **how: true(change(facts), **how)


#: Where a mistake is planted, the function, and what stands in its place.
PLANTED: dict[str, tuple[Any, str, Callable[[Any], Any]]] = {
    "losses a day later": (
        rules,
        "_volumes",
        _other(lambda facts: replace(facts, losses=tuple(map(_a_day_later, facts.losses)))),
    ),
    "the day of the end": (
        rules,
        "_volumes",
        _other(lambda facts: replace(facts, closed_on=facts.closed_on and facts.closed_on + _DAY)),
    ),
    "who was away": (rules, "_volumes", _other(lambda facts: replace(facts, away=()))),
    "a void month": (rules, "uncharged_volumes", lambda true: lambda volumes, overrides: volumes),
    "a multiplier": (norm_needs, "_factor", lambda true: lambda *asked: Fraction(1)),
    "interference beside readings": (norm_needs, "_outside", lambda true: lambda volume, *asked: volume),
    "the house in a pot of its own": (pot, "_apart", lambda true: lambda *asked: True),
    "each meter in a pot of its own": (
        rules,
        "price_pot",
        lambda true: (
            lambda month, found, **how: [line for each in found for line in true(month, [each], **how)]
        ),
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    room, what, planted = PLANTED[name]
    monkeypatch.setattr(room, what, planted(getattr(room, what)))
    with pytest.raises(AssertionError):
        _counted_twice(_full_life(), month("2027-02"))
