"""Acts of the office as facts: what stands in place of a reading, and who was away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from svet.billing.rules.facts import Act, ActKind, Away, Multiplier, Point
from svet.metering.queries.acts import ActView, acts
from svet.metering.rules.acts import ActOf
from svet.tariffs.queries.law import law


def acts_of(
    account_ids: Collection[int], *, until: date, known_at: datetime | None = None
) -> dict[int, tuple[ActView, ...]]:
    """The acts of each account that begin before a day, as they are known or were: one query."""
    return acts(account_ids, until=until, known_at=known_at)


def act_facts(known: Sequence[ActView], points: Sequence[Point]) -> tuple[Act, ...]:
    """Acts about meters as acts about the points on which they stand."""
    if not known:
        return ()
    places = {placement.meter_id: point.no for point in points for placement in point.placements}
    return tuple(
        Act(ActKind(act.kind.value), act.since, act.until, places[act.meter_id] if act.meter_id else None)
        for act in known
        if act.kind is not ActOf.AWAY
    )


def multipliers() -> tuple[Multiplier, ...]:
    """How many times the norm is charged by acts, as the law has it."""
    return tuple(
        Multiplier(
            ActKind(kind),
            rule.value,
            rule.since,
            rule.until + timedelta(days=1) if rule.until is not None else None,
        )
        for kind, rules in law().multipliers.items()
        for rule in rules.rules
    )


def away_facts(known: Sequence[ActView]) -> tuple[Away, ...]:
    """Who was not at home, with proof. The absences that people note for their readings are no proof."""
    return tuple(
        Away(act.since, act.until, act.persons)
        for act in known
        if act.kind is ActOf.AWAY and act.until is not None and act.persons is not None
    )
