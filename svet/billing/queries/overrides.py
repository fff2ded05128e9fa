"""Decisions of people as facts of accounts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q

from svet.billing.models import OverrideRow
from svet.billing.rules.facts import LossShare, Override, OverrideKind, Point
from svet.kernel.periods import Month


@dataclass(frozen=True, slots=True)
class KnownOverride:
    """A decision that counts, about a meter or about the whole account."""

    fact: Override
    meter_id: int | None


def overrides_of(
    account_ids: Collection[int], *, known_at: datetime | None = None
) -> dict[int, list[KnownOverride]]:
    """What counts of each account that has any, in the order of writing, now or as known then: one query."""
    rows = OverrideRow.objects.filter(account_id__in=list(account_ids), signed_at__isnull=False)
    if known_at is None:
        rows = rows.filter(gone_at__isnull=True)
    else:
        rows = rows.filter(Q(gone_at__isnull=True) | Q(gone_at__gt=known_at), signed_at__lte=known_at)
    found: dict[int, list[KnownOverride]] = {}
    for row in rows.order_by("pk"):
        found.setdefault(row.account_id, []).append(KnownOverride(fact_of(row), row.meter_id))
    return found


def fact_of(row: OverrideRow) -> Override:
    """A row as the rules see it, without the point of its meter."""
    recomputes = row.kind == OverrideKind.RECOMPUTE.value
    return Override(
        kind=OverrideKind(row.kind),
        since=Month.of(row.since),
        until=None if row.until is None else Month.of(row.until),
        zone=row.zone or None,
        kwh=row.kwh,
        kopecks=(row.effect_kopecks or 0) if recomputes else row.kopecks,
        ends=None if row.ends is None else Month.of(row.ends),
        no=row.pk,
        percent=row.percent,
    )


def override_facts(known: Sequence[KnownOverride], points: Sequence[Point]) -> tuple[Override, ...]:
    """Decisions about meters as decisions about the points on which they stand."""
    if not known:
        return ()
    places = {placement.meter_id: point.no for point in points for placement in point.placements}
    return tuple(
        on_point(each.fact, each.meter_id, places)
        for each in known
        if each.fact.kind is not OverrideKind.LOSSES
    )


def loss_facts(known: Sequence[KnownOverride], cut: Callable[[Month], date]) -> tuple[LossShare, ...]:
    """Decided losses, by the days of consumption of their months."""
    return tuple(loss_of(each.fact, cut) for each in known if each.fact.kind is OverrideKind.LOSSES)


def loss_of(fact: Override, cut: Callable[[Month], date]) -> LossShare:
    """A decision about losses as the rules count them."""
    until = None if fact.until is None else cut(fact.until)
    return LossShare(fact.percent or Decimal(0), cut(fact.since.plus(-1)), until, fact.no)


def on_point(fact: Override, meter_id: int | None, places: dict[int, int]) -> Override:
    """A decision about a meter with the point of that meter."""
    if meter_id is None:
        return fact
    # A meter whose history begins after the month still names its own point, which has nothing there.
    return replace(fact, point=places.get(meter_id, meter_id))
