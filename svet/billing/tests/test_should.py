"""What should stand charged, whatever the history: laws that hold for all of them.

The short form runs with the suite. SVET_LONG=2000 gives each law so many histories.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, reject, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from svet.billing.queries.acts import multipliers
from svet.billing.rules.difference import difference, reversal
from svet.billing.rules.facts import (
    AccountFacts,
    AccountTerms,
    Act,
    ActKind,
    Authority,
    MonthPolicy,
    Placement,
    Point,
    ReadingFact,
    ScaleValue,
    canonical,
    restored,
)
from svet.billing.rules.kinds import Basis, BillingProblem, BillingReason, Rules
from svet.billing.rules.lines import Line
from svet.billing.rules.pricing import amount
from svet.billing.rules.settled import average_bases, bases_after, settled_month, since_settled
from svet.billing.rules.should import should
from svet.billing.rules.timeline import calendar_of, clipped, scale_lines
from svet.billing.tests.facts import NEW, Book, kopecks, kwh, month, table
from svet.kernel.periods import Month
from svet.metering.rules import zones_of

LONG = int(os.environ.get("SVET_LONG", "0"))
law = settings(
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    max_examples=LONG or 40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
START = date(2026, 4, 1)
LAST = Month(2027, 2)
_DAY = timedelta(days=1)
THREE = {(3, zone): (price, "9.32", "14.50") for zone, price in
         (("peak", "6.31"), ("semipeak", "4.85"), ("night", "2.91"))}  # fmt: skip


@dataclass(frozen=True)
class History:
    """An account and the order in which its readings become known."""

    facts: AccountFacts
    arrivals: tuple[tuple[int, int, ReadingFact], ...]  # point, place of the meter, reading

    def known(self, count: int) -> AccountFacts:
        """The account when so many of its readings have arrived, all meters with their first and last."""
        points = []
        for number, point in enumerate(self.facts.points):
            meters = []
            for place, meter in enumerate(point.placements):
                late = tuple(r for p, m, r in self.arrivals[:count] if (p, m) == (number, place))
                meters.append(replace(meter, readings=meter.readings + late))
            points.append(replace(point, placements=tuple(meters)))
        return replace(self.facts, points=tuple(points))

    @property
    def whole(self) -> AccountFacts:
        return self.known(len(self.arrivals))


@st.composite
def histories(draw: st.DrawFn) -> History:
    """A truth (kWh a day of each scale), meters that come and go, readings of it: late, wrong, refuted."""
    cut_off = draw(st.sampled_from([20, 25, 25, 25, 28, 31]))
    rules = Rules(norm_kwh_per_person=Decimal(draw(st.integers(0, 120))))
    opened = START + _DAY * draw(st.integers(0, 70))
    closed = draw(st.none() | st.none() | st.integers(60, 300).map(lambda n: opened + _DAY * n))
    points, arrivals = [], []
    for number in range(draw(st.integers(1, 2))):
        came = opened if number == 0 else opened + _DAY * draw(st.integers(0, 120))
        went = draw(st.lists(st.integers(5, 250), max_size=2, unique=True).map(sorted))
        days = [came, *(came + _DAY * n for n in went)]
        meters = []
        schemes = draw(st.sampled_from([[1], [2], [1, 2], [3]]))
        for place, since in enumerate(days):
            until = days[place + 1] if place + 1 < len(days) else None
            scheme = schemes[min(place, len(schemes) - 1)]
            meter, late = draw(_meters(since, until, scheme))
            meters.append(replace(meter, meter_id=10 * number + place + 1))
            arrivals += [(number, place, each) for each in late]
        points.append(Point(number + 1, tuple(meters)))
    facts = AccountFacts(
        floor=calendar_of((MonthPolicy(month("2020-01"), cut_off, rules),)).month_of(opened + _DAY),
        opened_on=opened,
        closed_on=closed,
        terms=(AccountTerms("1.1", draw(st.integers(1, 4))),),
        policies=(MonthPolicy(month("2020-01"), cut_off, rules),),
        tables=draw(_tables()),
        points=tuple(points),
    )
    return History(facts, tuple(draw(st.permutations(arrivals))))


@st.composite
def _meters(
    draw: st.DrawFn, since: date, until: date | None, scheme: int
) -> tuple[Placement, list[ReadingFact]]:
    daily = [draw(st.integers(0, 60)) for _ in zones_of(scheme)]
    first = draw(st.sampled_from([0, 1000, 99_000]))
    ratio = Decimal(draw(st.sampled_from(["1", "1", "1", "30", "1.5"])))

    def shown(on: date, off: int, authority: Authority) -> ReadingFact:
        counted = [max(first + each * (on - since).days + off, first) for each in daily]
        values = [
            ScaleValue(str(z), Decimal(n % 100_000), n // 100_000)
            for z, n in zip(zones_of(scheme), counted, strict=True)
        ]
        return ReadingFact(on, tuple(values), authority)

    fixed = [shown(since, 0, Authority.INITIAL)]
    if until is not None and draw(st.booleans()):
        fixed.append(shown(until, 0, Authority.OFFICE))
    span = (until - since).days if until is not None else 330
    late = []
    for after in draw(st.lists(st.integers(0, span), max_size=7)):
        office = draw(st.integers(0, 5)) == 0
        off = 0 if draw(st.integers(0, 3)) else draw(st.integers(-400, 400))
        late.append(shown(since + _DAY * after, off, Authority.OFFICE if office else Authority.CUSTOMER))
    return Placement(1, since, until, tuple(fixed), scheme, 5, ratio), late


@st.composite
def _tables(draw: st.DrawFn) -> Any:
    limits = draw(st.sampled_from([(3900, 6000, None), (300, 900, None), (150, 151, None)]))
    change = START + _DAY * draw(st.integers(20, 300))
    raised = {
        key: tuple(str(Decimal(each) + Decimal("0.11")) for each in row)
        for key, row in {**NEW, **THREE}.items()
    }
    return (
        table("2026-01-01", change.isoformat(), {**NEW, **THREE}, limits),
        table(change.isoformat(), None, raised, limits),
    )


def charged(facts: AccountFacts, horizon: Month = LAST) -> list[Line]:
    """The lines; a history with a contradiction is none for these laws."""
    try:
        return should(facts, horizon=horizon)
    except BillingProblem as problem:
        if problem.reason is BillingReason.CONTRADICTION:
            reject()
        raise


steps = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 10)), min_size=1, max_size=6)


@law
@given(histories(), steps)
def test_the_order_of_runs_and_news_leaves_no_trace(
    history: History, plan: Sequence[tuple[int, int]]
) -> None:
    """P1, P2, P17: any runs of any months with any part of the facts, then all, are one run at the end."""
    final = charged(history.whole)
    book = Book()
    for count, place in plan:
        before = dict(book.stands)
        try:
            book.run(history.known(count), str(history.facts.floor.plus(place)))
        except BillingProblem:
            assert book.stands == before
    book.run(history.whole, str(LAST))
    if book.horizon == LAST:
        assert sorted(line.content for line in book.lines) == sorted(line.content for line in final)
    assert not book.run(history.whole, str(LAST))


@law
@given(histories())
def test_readings_are_charged_once(history: History) -> None:
    """P3: what the dials have moved is what is charged, scale by scale."""
    facts = history.whole
    lines = charged(facts)
    calendar = calendar_of(facts.policies)
    stop = min(calendar.cut(LAST), facts.closed_on or date.max)
    for point in facts.points:
        for scale in scale_lines(point, last=stop, calendar=calendar):
            moved = sum(s.nodes[-1].kwh - s.nodes[0].kwh for s in scale.stretches)
            read = [
                line for line in lines
                if line.basis is Basis.READING
                and (line.point, line.scheme, line.zone) == (point.no, scale.scheme, scale.zone)
            ]  # fmt: skip
            assert kwh(read) == moved


@law
@given(histories(), st.integers(0, 10))
def test_every_day_is_charged_once(history: History, place: int) -> None:
    """P4: each day of a scale lies in one part of its own or in the account's norm; none in two."""
    facts = history.whole
    horizon = facts.floor.plus(place)
    lines = charged(facts, horizon)
    calendar = calendar_of(facts.policies)
    parts: dict[Any, set[tuple[date, date]]] = defaultdict(set)
    for line in lines:
        parts[line.point, line.scheme, line.zone].add((line.part_since, line.part_until))
    norm = {day for key, spans in parts.items() if key[0] == 0 for span in spans for day in _days(*span)}
    end = min(calendar.cut(horizon), facts.closed_on or date.max)
    for point in facts.points:
        for meter in point.placements:
            for zone in zones_of(meter.scheme):
                own = [day for span in parts[point.no, meter.scheme, str(zone)] for day in _days(*span)]
                assert len(own) == len(set(own))
                since, until = meter.since, min(meter.until or end, end)
                missing = [day for day in _days(since, until) if day not in own and day not in norm]
                # Only the days after a month's last reading wait for the next month.
                gone = meter.until is not None and meter.until < end
                assert not gone or not missing
                read = [r.on for r in meter.readings if r.on <= end]
                assert all(day >= max(read) and facts.closed_on != end for day in missing)
                assert all(calendar.month_of(day + _DAY) == horizon for day in missing)


def _days(since: date, until: date) -> list[date]:
    return [since + _DAY * n for n in range((until - since).days)]


@law
@given(histories())
def test_a_range_is_filled_once_and_lines_multiply(history: History) -> None:
    """P5, P8: a month holds no more of a range than its width; kopecks are kWh × price, half up."""
    facts = history.whole
    widths: dict[tuple[Month, int], Decimal] = defaultdict(Decimal)
    for line in charged(facts):
        widths[line.month, line.range_no] += line.kwh
        assert line.kopecks == amount(line.kwh, line.price)
        assert line.part_since <= line.since <= line.until <= line.part_until
    first, second, _ = (limit.kwh or 0 for limit in facts.tables[0].limits)
    for (_, number), used in widths.items():
        if number < 3:
            # Two price tables in a month divide the width by days, each rounded for itself.
            assert used <= (first if number == 1 else second - first) + 1


@law
@given(histories())
def test_meters_fill_the_pot_in_any_order(history: History) -> None:
    """P6: which meter has which number changes who fills a range, not what the account pays for a month."""
    facts = history.whole
    turned = replace(
        facts, points=tuple(replace(point, no=10 - point.no) for point in reversed(facts.points))
    )

    def pools(lines: Sequence[Line]) -> dict[Any, Decimal]:
        found: dict[Any, Decimal] = defaultdict(Decimal)
        for line in lines:
            if len({each.scheme for point in facts.points for each in point.placements}) == 1:
                found[line.month, line.zone, line.price] += line.kwh
        return {key: used for key, used in found.items() if used}

    tables = facts.tables[:1]
    one = charged(replace(facts, tables=(replace(tables[0], until=None),)))
    two = charged(replace(turned, tables=(replace(tables[0], until=None),)))
    assert pools(one) == pools(two)


@law
@given(histories())
def test_taking_the_last_fact_back_takes_its_money_back(history: History) -> None:
    """P7."""
    assume(history.arrivals)
    without = history.known(len(history.arrivals) - 1)
    before = charged(without)
    charged(history.whole)
    book = Book()
    book.run(without, str(LAST))
    book.run(history.whole, str(LAST))
    book.run(without, str(LAST))
    assert sorted(line.content for line in book.lines) == sorted(line.content for line in before)


@law
@given(st.integers(0, 8000), st.integers(1, 500))
def test_more_never_costs_less(used: int, more: int) -> None:
    """P9."""
    from svet.billing.tests.facts import account, meter

    def cost(value: int) -> int:
        return kopecks(
            should(account(meter({"2026-04-24": 0, "2026-05-24": value})), horizon=month("2026-05"))
        )

    assert cost(used) <= cost(used + more)


@law
@given(st.lists(st.tuples(st.integers(0, 30).map(Decimal), st.sampled_from([1, 1, 1, 2])), max_size=8))
def test_clipping_is_done_once(shown: list[tuple[Decimal, int]]) -> None:
    """P10."""
    once = clipped(shown)
    assert clipped([(value, weight) for value, (_, weight) in zip(once, shown, strict=True)]) == once
    assert all(value <= said for value, (said, _) in zip(once, shown, strict=True))


@law
@given(histories(), st.integers(0, 10))
def test_a_later_horizon_leaves_settled_months_alone(history: History, place: int) -> None:
    """P14, P16: readings that are all known, all in time: one more month changes no month before it."""
    facts = history.whole
    horizon = facts.floor.plus(place)
    calendar = calendar_of(facts.policies)
    end = calendar.cut(horizon)
    on_time = replace(
        facts,
        points=tuple(
            replace(point, placements=tuple(
                replace(m, readings=tuple(r for r in m.readings if r.on <= end or r.authority > 1))
                for m in point.placements if m.since <= end
            ))
            for point in facts.points if point.placements[0].since <= end
        ),
    )  # fmt: skip
    now, later = charged(on_time, horizon), charged(on_time, horizon.plus(1))
    read_after = any(
        end < r.on <= calendar.cut(horizon.plus(1))
        for point in on_time.points for m in point.placements for r in m.readings
    )  # fmt: skip
    assume(not read_after)
    assert {line.content for line in now} <= {line.content for line in later}


@st.composite
def regular(draw: st.DrawFn) -> AccountFacts:
    """Meters that are read most months, some replaced; averages of few months, acts, a norm behind them."""
    number = st.integers(1, 3)
    rules = Rules(
        norm_kwh_per_person=Decimal(90), average_periods=draw(number),
        average_base_months=draw(number), average_base_least=1,
    )  # fmt: skip
    policies = (MonthPolicy(month("2020-01"), 25, rules),)
    calendar = calendar_of(policies)
    points = []
    for no in range(1, draw(st.integers(1, 2)) + 1):
        schemes = draw(st.sampled_from([[1], [1], [2], [1, 1], [1, 2], [1, 2, 1]]))
        days = sorted(
            draw(st.sets(st.integers(20, 240), min_size=len(schemes) - 1, max_size=len(schemes) - 1))
        )
        edges = [START, *(START + _DAY * each for each in days), None]
        meters = [
            draw(_read_monthly(10 * no + place, scheme, edges[place], edges[place + 1]))
            for place, scheme in enumerate(schemes)
        ]
        points.append(Point(no, tuple(meters)))
    act = draw(st.none() | st.sampled_from(list(ActKind)))
    since = START + _DAY * draw(st.integers(150, 300))
    return AccountFacts(
        floor=calendar.month_of(START + _DAY),
        opened_on=START,
        terms=(AccountTerms("1.1", draw(st.integers(1, 4))),),
        policies=policies,
        tables=draw(_tables()),
        points=tuple(points),
        acts=() if act is None else (Act(act, since, since + _DAY * draw(st.integers(5, 90))),),
        multipliers=multipliers(),
    )


@st.composite
def _read_monthly(
    draw: st.DrawFn, meter_id: int, scheme: int, since: date | None, until: date | None
) -> Placement:
    assert since is not None
    daily = draw(st.integers(1, 40))

    def shown(on: date, authority: Authority, less: int = 0) -> ReadingFact:
        count = Decimal(max(daily * (on - since).days - less, 0))
        zones = zones_of(scheme)
        return ReadingFact(on, tuple(ScaleValue(str(z), count) for z in zones), authority, "", on.toordinal())

    readings = [shown(since, Authority.INITIAL)]
    for place in range(11):
        on = month("2026-04").plus(place).day(draw(st.integers(15, 25)))
        if on > since and (until is None or on < until) and draw(st.integers(0, 5)):
            readings.append(shown(on, Authority.CUSTOMER, draw(st.sampled_from([0, 0, 0, 0, 0, 0, 0, 900]))))
    if until is not None:
        readings.append(shown(until, Authority.OFFICE))
    return Placement(meter_id, since, until, tuple(readings), scheme, 5)


@law
@given(regular(), st.integers(3, 9), st.integers(1, 3))
def test_averages_behind_a_settled_month_are_told_by_the_months_before_it_alone(
    facts: AccountFacts, place: int, more: int
) -> None:
    """P14: months that nobody read are told line for line and with all they name, or all must be read."""
    calendar = calendar_of(facts.policies)
    early = facts.floor.plus(place)
    horizon = early.plus(more)
    settled = settled_month(facts, horizon=early, calendar=calendar)
    assume(settled is not None)
    assert settled is not None
    day = calendar.cut(bases_after(settled, horizon=horizon, calendar=calendar))
    read = replace(
        facts,
        points=tuple(
            replace(point, placements=tuple(
                replace(m, readings=tuple(r for r in m.readings if r.on > day)) for m in point.placements
            ))
            for point in facts.points
        ),
    )  # fmt: skip
    later = since_settled(read, month=settled, calendar=calendar)
    bases = average_bases(read, month=settled, horizon=horizon, calendar=calendar)
    assume(bases is not None)
    assert later is not None
    try:
        lines = should(later, horizon=horizon, bases=bases)
    except BillingProblem:
        return
    assert lines == [line for line in charged(facts, horizon) if line.month > settled]


@law
@given(histories(), st.integers(0, 10), st.integers(0, 10))
def test_behind_a_settled_month_the_rest_can_be_told_without_what_was_before(
    history: History, place: int, more: int
) -> None:
    """P14: an account read from its settled month on is told the same, or that it must be read whole."""
    facts = history.whole
    calendar = calendar_of(facts.policies)
    early = facts.floor.plus(place)
    month = settled_month(facts, horizon=early, calendar=calendar)
    assume(month is not None)
    assert month is not None
    day = calendar.cut(month.plus(-1))
    read = replace(
        facts,
        points=tuple(
            replace(point, placements=tuple(
                replace(m, readings=tuple(r for r in m.readings if r.on > day)) for m in point.placements
            ))
            for point in facts.points
        ),
    )  # fmt: skip
    later = since_settled(read, month=month, calendar=calendar)
    assert later is not None
    horizon = early.plus(more)
    try:
        lines = should(later, horizon=horizon)
    except BillingProblem:
        return
    if all(line.basis is Basis.READING for line in lines):
        whole = charged(facts, horizon)
        assert [line.content for line in lines] == [line.content for line in whole if line.month > month]
        # And what was charged until then stands as it was.
        before = charged(facts, early)
        assert [line.content for line in whole if line.month <= month] == [
            line.content for line in before if line.month <= month
        ]


@law
@given(histories())
def test_facts_survive_as_text(history: History) -> None:
    text = canonical(history.whole)
    assert restored(AccountFacts, text) == history.whole
    assert canonical(restored(AccountFacts, text)) == text


@pytest.mark.parametrize("text", ["{}", "[]", '{"floor":1}', '{"floor":"2026-13"}', "null"])
def test_another_text_is_no_facts(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        restored(AccountFacts, text)


class Office(RuleBasedStateMachine):
    """A book beside a model: a plain dict of what stands, moved by whole lines only."""

    @initialize(history=histories())
    def begin(self, history: History) -> None:
        self.history = history
        self.known = 0
        self.asked = history.facts.floor
        self.book: list[tuple[int, Line]] = []  # every line ever written, reversals too
        self.taken: set[int] = set()
        self.ran = False

    def _stands(self) -> list[tuple[int, Line]]:
        gone = self.taken
        return [(name, line) for name, line in self.book if name not in gone and line.kwh >= 0]

    @rule(news=st.integers(1, 3))
    def a_reading_comes(self, news: int) -> None:
        self.known = min(self.known + news, len(self.history.arrivals))

    @rule(news=st.integers(1, 2))
    def a_reading_is_withdrawn(self, news: int) -> None:
        self.known = max(self.known - news, 0)

    @rule(later=st.integers(-2, 2))
    def a_month_is_run(self, later: int) -> None:
        month = self.history.facts.floor.plus(max((self.asked - self.history.facts.floor) + later, 0))
        asked = max(self.asked, min(month, LAST)) if self.ran else min(month, LAST)
        try:
            lines = should(self.history.known(self.known), horizon=asked)
        except BillingProblem:
            return
        self.asked, self.ran = asked, True
        found = difference(lines, self._stands())
        for name, line in found.reverse:
            assert name not in self.taken, "given back twice"
            self.taken.add(name)
            self.book.append((len(self.book), reversal(line)))
            self.taken.add(len(self.book) - 1)
        for line in found.post:
            self.book.append((len(self.book), line))
        self.right = lines

    @invariant()
    @precondition(lambda self: getattr(self, "ran", False))
    def the_book_is_what_it_should_be(self) -> None:
        stands = [line for _, line in self._stands()]
        assert sorted(line.content for line in stands) == sorted(line.content for line in self.right)
        # Whatever was written, the money of the whole book is that of what stands.
        assert kopecks([line for _, line in self.book]) == kopecks(self.right)
        assert kwh([line for _, line in self.book]) == kwh(self.right)


TestOffice = Office.TestCase
TestOffice.settings = settings(
    max_examples=LONG or 15, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
