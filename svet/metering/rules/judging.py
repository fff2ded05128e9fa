"""Is a whole set of readings believable: taken, asked about, or refused with what to do.

Nothing is guessed in silence: whatever looks odd becomes a question that the author may confirm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import permutations

from svet.kernel.services import Service
from svet.metering.rules.bounds import BOUNDS
from svet.metering.rules.parsing import ValueReason
from svet.metering.rules.zones import Zone

USUAL_TIMES = 3
# A turn of the dial is believed only when it was near its end.
TURN_SHARE = Decimal("0.2")


class Doubt(StrEnum):
    """What is asked before a set is taken."""

    ZERO = "zero"
    ABOVE_USUAL = "above_usual"
    ABOVE_TECHNICAL = "above_technical"
    ROLLOVER = "rollover"
    EXTRA_DIGIT = "extra_digit"
    SWAPPED_ZONES = "swapped_zones"
    BELOW_PENDING = "below_pending"


@dataclass(frozen=True, slots=True)
class Mark:
    """A reading of one scale: its value, how many turns the dial had made, and the date."""

    value: Decimal
    turns: int
    on: date


@dataclass(frozen=True, slots=True)
class Dial:
    """One scale as the judge sees it.

    ``base`` is the last reading nobody can take back, ``pending`` a later one that may still be corrected,
    ``usual_daily`` the usual volume a day over about a year, ratio included, ``season_daily`` the same over
    these very weeks of the last year; either is None when there is too little history. ``max_daily`` is what
    the connection can carry in a day, ratio included, where the retailer knows it.
    """

    zone: Zone
    digits: int
    decimals: int
    ratio: Decimal
    base: Mark
    pending: Mark | None = None
    usual_daily: Decimal | None = None
    season_daily: Decimal | None = None
    max_daily: Decimal | None = None
    service: Service = Service.ELECTRICITY

    @property
    def most_daily(self) -> Decimal:
        """A day's volume that the connection can carry: the retailer's own figure, else a usual one's."""
        most = BOUNDS[self.service].most_daily
        return most * self.ratio if self.max_daily is None else self.max_daily

    @property
    def expected_daily(self) -> Decimal | None:
        """A day's volume one would expect: a heated house in winter is held against its winter."""
        return self.usual_daily if self.season_daily is None else self.season_daily

    @property
    def capacity(self) -> int:
        """The first number the dial cannot show."""
        return int(10**self.digits)

    @property
    def last(self) -> Mark:
        """What to show as the last value."""
        return self.pending or self.base

    def total(self, value: Decimal, turns: int) -> Decimal:
        """The value of a dial that had never turned over: it only grows."""
        return self.capacity * turns + value


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is thought of one scale; ``consumption`` in the service's unit against the base."""

    zone: Zone
    value: Decimal
    consumption: Decimal = Decimal(0)
    turns: int = 0
    doubts: frozenset[Doubt] = frozenset()
    refusal: ValueReason | None = None
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is thought of the whole set.

    ``suggestion`` are values that would be believable instead (a digit less, zones the other way round).
    """

    verdicts: Mapping[Zone, Verdict]
    suggestion: Mapping[Zone, Decimal] | None = None
    service: Service = Service.ELECTRICITY

    @property
    def refusals(self) -> tuple[Verdict, ...]:
        """The scales that cannot be taken as they are."""
        return tuple(verdict for verdict in self.verdicts.values() if verdict.refusal is not None)

    @property
    def doubts(self) -> frozenset[Doubt]:
        """Everything to ask about before taking the set."""
        return frozenset(doubt for verdict in self.verdicts.values() for doubt in verdict.doubts)

    @property
    def accepted(self) -> bool:
        """Whether there is nothing to ask."""
        return not self.refusals and not self.doubts

    @property
    def for_review(self) -> bool:
        """Whether the set, even confirmed, must be looked at by the staff."""
        return Doubt.ABOVE_TECHNICAL in self.doubts

    @property
    def only_lower(self) -> bool:
        """Whether all that speaks against the set is that values went down: a person can tell why."""
        return bool(self.refusals) and all(verdict.refusal is ValueReason.LOWER for verdict in self.refusals)

    @property
    def consumption(self) -> dict[Zone, Decimal]:
        """The volume by zone."""
        return {zone: verdict.consumption for zone, verdict in self.verdicts.items()}


def judge(
    *, dials: Sequence[Dial], values: Mapping[Zone, Decimal], read_on: date, turned: bool = False
) -> Judgement:
    """Judge a whole set together; the order of the values never matters.

    ``turned``: somebody has looked and knows that the dial passed zero, however improbable it is.
    """
    verdicts: dict[Zone, Verdict] = {}
    service = dials[0].service if dials else Service.ELECTRICITY
    for dial in dials:
        given = values.get(dial.zone)
        verdicts[dial.zone] = (
            Verdict(dial.zone, dial.last.value, refusal=ValueReason.REQUIRED)
            if given is None
            else _judge_dial(dial, value=given, read_on=read_on, turned=turned)
        )
    for zone in values.keys() - verdicts.keys():
        verdicts[zone] = Verdict(zone, values[zone], refusal=ValueReason.UNKNOWN_ZONE)
    if any(verdict.refusal not in (None, ValueReason.LOWER) for verdict in verdicts.values()):
        return Judgement(verdicts, service=service)
    verdicts = _ask_about_zero(verdicts)
    return _suggest(Judgement(verdicts, service=service), dials=dials, values=values, read_on=read_on)


def _days(dial: Dial, *, read_on: date) -> int:
    return max(1, (read_on - dial.base.on).days)


def _judge_dial(dial: Dial, *, value: Decimal, read_on: date, turned: bool = False) -> Verdict:
    if value < 0 or value >= dial.capacity:
        return Verdict(dial.zone, value, refusal=ValueReason.CAPACITY, details={"digits": dial.digits})
    if value != value.quantize(Decimal(1).scaleb(-dial.decimals)):
        details = {"decimals": dial.decimals, "unit": dial.service.unit}
        return Verdict(dial.zone, value, refusal=ValueReason.FRACTION, details=details)
    base, turns = dial.base, dial.base.turns
    doubts: set[Doubt] = set()
    step = value - base.value
    if step < 0:
        step += dial.capacity
        turns += 1
        ceiling = min(
            dial.most_daily * _days(dial, read_on=read_on),
            dial.capacity * dial.ratio * TURN_SHARE,
        )
        if step * dial.ratio > ceiling and not turned:
            return Verdict(dial.zone, value, refusal=ValueReason.LOWER, details={"previous": base.value})
        doubts.add(Doubt.ROLLOVER)
    if dial.pending is not None and dial.total(value, turns) < dial.total(
        dial.pending.value, dial.pending.turns
    ):
        doubts.add(Doubt.BELOW_PENDING)
    consumption = step * dial.ratio
    doubts |= _too_much(dial, consumption=consumption, days=_days(dial, read_on=read_on))
    return Verdict(dial.zone, value, consumption, turns, frozenset(doubts))


def usual_for(dial: Dial, *, read_on: date) -> Decimal | None:
    """The volume one would expect since the base, if there is enough history."""
    daily = dial.expected_daily
    return None if daily is None else daily * _days(dial, read_on=read_on)


def _too_much(dial: Dial, *, consumption: Decimal, days: int) -> set[Doubt]:
    if consumption > dial.most_daily * days:
        return {Doubt.ABOVE_TECHNICAL}
    expected, bounds = dial.expected_daily, BOUNDS[dial.service]
    if expected is None:
        odd = consumption > bounds.unknown_daily * dial.ratio * days + bounds.margin
    else:
        usual = expected * days
        odd = consumption > usual * USUAL_TIMES and consumption - usual > bounds.margin
    return {Doubt.ABOVE_USUAL} if odd else set()


def _ask_about_zero(verdicts: dict[Zone, Verdict]) -> dict[Zone, Verdict]:
    """Only when nothing at all was used: an idle night scale is nothing special."""
    if any(verdict.refusal is not None or verdict.consumption for verdict in verdicts.values()):
        return verdicts
    return {
        zone: Verdict(zone, v.value, v.consumption, v.turns, v.doubts | {Doubt.ZERO})
        for zone, v in verdicts.items()
    }


_ODD = frozenset({Doubt.ABOVE_USUAL, Doubt.ABOVE_TECHNICAL, Doubt.ROLLOVER})


def _is_odd(verdict: Verdict) -> bool:
    return verdict.refusal is not None or bool(verdict.doubts & _ODD)


def _suggest(
    judgement: Judgement, *, dials: Sequence[Dial], values: Mapping[Zone, Decimal], read_on: date
) -> Judgement:
    """Look for the slip behind an odd set: zones the other way round, or one digit too many."""
    odd = [zone for zone, verdict in judgement.verdicts.items() if _is_odd(verdict)]
    if not odd:
        return judgement
    swapped = _unswapped(dials, values=values, read_on=read_on)
    if swapped is not None:
        return _asking(judgement, doubt=Doubt.SWAPPED_ZONES, zones=swapped, suggestion=swapped)
    by_zone = {dial.zone: dial for dial in dials}
    fewer: dict[Zone, Decimal] = {}
    for zone in odd:
        verdict = judgement.verdicts[zone]
        if verdict.doubts & {Doubt.ABOVE_USUAL, Doubt.ABOVE_TECHNICAL}:
            shorter = _digit_less(by_zone[zone], value=verdict.value, read_on=read_on)
            if shorter is not None:
                fewer[zone] = shorter
    if not fewer:
        return judgement
    return _asking(judgement, doubt=Doubt.EXTRA_DIGIT, zones=fewer, suggestion={**values, **fewer})


def _asking(
    judgement: Judgement,
    *,
    doubt: Doubt,
    zones: Mapping[Zone, Decimal],
    suggestion: Mapping[Zone, Decimal],
) -> Judgement:
    verdicts = {
        zone: Verdict(
            zone, v.value, v.consumption, v.turns, v.doubts | {doubt}, refusal=v.refusal, details=v.details
        )
        if zone in zones
        else v
        for zone, v in judgement.verdicts.items()
    }
    return Judgement(verdicts, suggestion, judgement.service)


def _unswapped(
    dials: Sequence[Dial], *, values: Mapping[Zone, Decimal], read_on: date
) -> dict[Zone, Decimal] | None:
    """The same values in the order that is believable: without a doubt, or at least one that can be taken.

    The second is offered only where the given order cannot be taken at all.
    """
    given = [values[dial.zone] for dial in dials]
    orders = [list(order) for order in permutations(given) if list(order) != given]
    judged = [
        (order, [_judge_dial(dial, value=value, read_on=read_on) for dial, value in _pairs(dials, order)])
        for order in orders
    ]
    possible = [order for order, verdicts in judged if not any(_is_odd(verdict) for verdict in verdicts)]
    if not possible and any(
        _judge_dial(d, value=v, read_on=read_on).refusal for d, v in _pairs(dials, given)
    ):
        possible = [order for order, verdicts in judged if not any(_is_no_order(each) for each in verdicts)]
    return {dial.zone: value for dial, value in _pairs(dials, possible[0])} if possible else None


def _pairs(dials: Sequence[Dial], values: Sequence[Decimal]) -> list[tuple[Dial, Decimal]]:
    return list(zip(dials, values, strict=True))


def _is_no_order(verdict: Verdict) -> bool:
    """What an exchange of two zones cannot explain."""
    return verdict.refusal is not None or bool(verdict.doubts & {Doubt.ROLLOVER, Doubt.ABOVE_TECHNICAL})


def _digit_less(dial: Dial, *, value: Decimal, read_on: date) -> Decimal | None:
    """The value without one of its digits that is nearest to the usual use, if any is believable."""
    whole = str(int(value))
    candidates = {Decimal(whole[:i] + whole[i + 1 :]) for i in range(len(whole)) if len(whole) > 1}
    believable = [
        verdict
        for candidate in candidates
        if not _is_odd(verdict := _judge_dial(dial, value=candidate, read_on=read_on))
        and verdict.consumption > 0
    ]
    expected = usual_for(dial, read_on=read_on) or Decimal(0)
    believable.sort(key=lambda verdict: (abs(verdict.consumption - expected), verdict.value))
    return believable[0].value if believable else None
