"""Sets of readings: as cards for people, and as dials for the judge."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from svet.kernel.actors import Actor
from svet.metering.models import Meter, ReadingSet, ReadingValue
from svet.metering.queries.meters import MeterNotFound, MeterReason
from svet.metering.rules import Dial, Mark, Zone, cut_off, period_of, zones_of
from svet.subscribers.queries import visible_to

USUAL_DAYS = 400
LEAST_DAYS = 20


@dataclass(frozen=True, slots=True)
class ValueView:
    """One scale of a set; ``consumption`` in kWh."""

    zone: Zone
    value: Decimal
    turns: int
    consumption: Decimal


@dataclass(frozen=True, slots=True)
class SetView:
    """One set of readings with everything a card shows."""

    set_id: int
    public_id: str
    receipt_number: str
    account_id: int
    meter_id: int
    meter_public_id: str
    serial: str
    scheme: int
    decimals: int
    read_on: date
    received_at: datetime
    channel: str
    kind: str
    state: str
    author_kind: str
    author_person_id: int | None
    values: tuple[ValueView, ...]


# The fields of a view in their order, all but its values.
_COLUMNS = (
    "pk", "public_id", "receipt_number", "account_id", "meter_id", "meter__public_id", "meter__serial",
    "meter__scheme", "meter__decimals", "read_on", "received_at", "channel", "kind", "state",
    "author_kind", "author_person_id",
)  # fmt: skip
_SCHEME = _COLUMNS.index("meter__scheme")


def _views(sets: QuerySet[ReadingSet]) -> list[SetView]:
    """Views of sets in their order: a query for them with their meters, and one for all values.

    Plain rows: a month of bills asks for tens of thousands, and making models of them took most of its time.
    """
    rows: list[Sequence[Any]] = list(sets.values_list(*_COLUMNS))
    values: dict[int, dict[str, ValueView]] = {}
    for set_id, zone, value, turns, consumption in ReadingValue.objects.filter(
        reading_set_id__in=[row[0] for row in rows]
    ).values_list("reading_set_id", "zone", "value", "turns", "consumption"):
        values.setdefault(set_id, {})[zone] = ValueView(Zone(zone), value, turns, consumption)
    found: list[SetView] = []
    for row in rows:
        kept = values.get(row[0], {})
        shown = tuple(kept[zone] for zone in zones_of(row[_SCHEME]) if zone in kept)
        found.append(SetView(*(*row, shown)))
    return found


def reading_sets(
    *,
    account_ids: Collection[int],
    since: date | None = None,
    until: date | None = None,
    limit: int | None = None,
) -> list[SetView]:
    """All sets of these accounts read in the half-open span of dates, newest first."""
    sets: QuerySet[ReadingSet] = ReadingSet.objects.filter(account_id__in=account_ids)
    if since is not None:
        sets = sets.filter(read_on__gte=since)
    if until is not None:
        sets = sets.filter(read_on__lt=until)
    sets = sets.order_by("-read_on", "-received_at", "-pk")
    return _views(sets[:limit])


def sets_by_id(*, set_ids: Collection[int]) -> dict[int, SetView]:
    """Sets by their keys, as a bill refers to them."""
    sets = ReadingSet.objects.filter(pk__in=set_ids)
    return {view.set_id: view for view in _views(sets)}


def set_for(actor: Actor, *, public_id: str) -> SetView:
    """One set. :raises MeterNotFound: absent or not for the actor"""
    sets = ReadingSet.objects.filter(public_id=public_id, account__in=visible_to(actor))
    views = _views(sets)
    if not views:
        raise MeterNotFound(MeterReason.NOT_FOUND)
    return views[0]


# The last reading, the last one that cannot be taken back, and the oldest within the usual year.
_MARKS = """
SELECT m.meter_id, last.id, base.id, old.id
FROM unnest(%(meters)s::bigint[], %(hard)s::date[]) AS m(meter_id, hard_on)
LEFT JOIN LATERAL (
    SELECT s.id, s.read_on FROM metering_readingset s
    WHERE s.meter_id = m.meter_id AND s.state IN ('accepted', 'used')
    ORDER BY s.read_on DESC, s.received_at DESC, s.id DESC LIMIT 1) last ON true
LEFT JOIN LATERAL (
    SELECT s.id, s.read_on FROM metering_readingset s
    WHERE s.meter_id = m.meter_id AND s.state IN ('accepted', 'used')
      AND (s.read_on <= m.hard_on OR s.kind <> 'customer' OR s.state = 'used')
    ORDER BY s.read_on DESC, s.received_at DESC, s.id DESC LIMIT 1) base ON true
LEFT JOIN LATERAL (
    SELECT s.id FROM metering_readingset s
    WHERE s.meter_id = m.meter_id AND s.state IN ('accepted', 'used')
      AND s.read_on >= m.hard_on - %(usual)s
    ORDER BY s.read_on, s.received_at, s.id LIMIT 1) old ON true
"""


@dataclass(frozen=True, slots=True)
class MeterDials:
    """A meter with its scales, ready for the page and for the judge.

    ``oldest`` are the readings of about a year ago from which the usual use is counted.
    """

    meter: Meter
    dials: tuple[Dial, ...]
    oldest: Mapping[Zone, Mark]
    last_set_id: int
    last_on: date


def dials(*, meters: Sequence[Meter], read_on: date | Mapping[int, date]) -> dict[int, MeterDials]:
    """Per meter key its dials as they stand for a reading of ``read_on``, in two queries.

    The meters come with account and provider joined. ``read_on`` may be given per meter.
    """
    if not meters:
        return {}
    days = {m.pk: read_on if isinstance(read_on, date) else read_on[m.pk] for m in meters}
    with connection.cursor() as cursor:
        cursor.execute(
            _MARKS,
            {
                "meters": [meter.pk for meter in meters],
                "hard": [_hard_on(meter, days[meter.pk]) for meter in meters],
                "usual": USUAL_DAYS,
            },
        )
        rows = {row[0]: row[1:] for row in cursor.fetchall()}
    marks = _marks({key for keys in rows.values() for key in keys if key is not None})
    found = {}
    for meter in meters:
        last_id, base_id, old_id = rows[meter.pk]
        if base_id is not None:
            found[meter.pk] = _dials_of(meter, last_id=last_id, base_id=base_id, old_id=old_id, marks=marks)
    return found


def _hard_on(meter: Meter, read_on: date) -> date:
    """The last day whose readings cannot be corrected by a reading of ``read_on``."""
    to_day = meter.account.provider.window_to_day
    period = period_of(read_on, window_to_day=to_day)
    return cut_off(period.plus(-1), window_to_day=to_day)


def _marks(set_ids: Collection[int]) -> dict[int, dict[str, Mark]]:
    marks: dict[int, dict[str, Mark]] = {}
    values = ReadingValue.objects.filter(reading_set_id__in=set_ids).values_list(
        "reading_set_id", "zone", "value", "turns", "reading_set__read_on"
    )
    for set_id, zone, value, turns, on in values:
        marks.setdefault(set_id, {})[zone] = Mark(value, turns, on)
    return marks


def make_dial(meter: Meter, *, zone: Zone, base: Mark, pending: Mark | None, oldest: Mark) -> Dial:
    """A scale with the usual use counted from ``oldest`` to ``base``, if that is long enough."""
    capacity = 10**meter.digits
    used = capacity * (base.turns - oldest.turns) + base.value - oldest.value
    days = (base.on - oldest.on).days
    return Dial(
        zone=zone,
        digits=meter.digits,
        decimals=meter.decimals,
        ratio=meter.ratio,
        base=base,
        pending=pending,
        usual_daily=used * meter.ratio / days if days >= LEAST_DAYS and used >= 0 else None,
    )


def _dials_of(
    meter: Meter,
    *,
    last_id: int,
    base_id: int,
    old_id: int | None,
    marks: Mapping[int, Mapping[str, Mark]],
) -> MeterDials:
    oldest = marks[old_id if old_id is not None else base_id]
    scales = []
    for zone in zones_of(meter.scheme):
        base, last = marks[base_id][zone], marks[last_id][zone]
        later = last_id != base_id and last.on >= base.on
        scales.append(
            make_dial(meter, zone=zone, base=base, pending=last if later else None, oldest=oldest[zone])
        )
    return MeterDials(
        meter=meter,
        dials=tuple(scales),
        oldest={zone: oldest[zone] for zone in zones_of(meter.scheme)},
        last_set_id=last_id,
        last_on=max(dial.last.on for dial in scales),
    )


def latest(*, account_ids: Collection[int]) -> dict[int, SetView]:
    """Per meter key the reading that counts as its last one."""
    meters = list(
        Meter.objects.filter(account_id__in=account_ids, removed_on__isnull=True).values_list("pk", flat=True)
    )
    last = RawSQL(
        """
        SELECT s.id FROM unnest(%s::bigint[]) AS m(id)
        CROSS JOIN LATERAL (
            SELECT s.id FROM metering_readingset s
            WHERE s.meter_id = m.id AND s.state IN ('accepted', 'used')
            ORDER BY s.read_on DESC, s.received_at DESC, s.id DESC LIMIT 1) s
        """,
        [meters],
    )
    return {view.meter_id: view for view in _views(ReadingSet.objects.filter(pk__in=last))}


def waiting_review(*, account_ids: Collection[int]) -> dict[int, SetView]:
    """Per meter key the newest set the staff still looks at."""
    sets = ReadingSet.objects.filter(account_id__in=account_ids, state="under_review")
    return {view.meter_id: view for view in _views(sets.order_by("received_at"))}


def broken(*, limit: int = 100) -> list[str]:
    """Breaches of the promise that an accepted reading is kept whole and every change is written down."""
    sql = """
        SELECT s.receipt_number, 'has no values' FROM metering_readingset s
        WHERE NOT EXISTS (SELECT FROM metering_readingvalue v WHERE v.reading_set_id = s.id)
        UNION ALL
        SELECT s.receipt_number, 'has no change into its state' FROM metering_readingset s
        WHERE NOT EXISTS (SELECT FROM metering_setstatechange c
                          WHERE c.reading_set_id = s.id AND c.to_state = s.state)
        LIMIT %s
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [limit])
        return [f"reading {receipt} {what}" for receipt, what in cursor.fetchall()]
