"""Meters as dials for the judge: what stands, what may still change, what is usual."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from svet.kernel.transactions.asking import ask
from svet.metering.queries.meters import MeterView
from svet.metering.rules import Dial, Mark, Zone, cut_off, period_of, zones_of

USUAL_DAYS = 400
LEAST_DAYS = 20
#: How far from the same day of the last year a reading may be to speak for the season.
NEAR_DAYS = 45

#: What ``MARKS`` is asked with beside the meters; for this room.
HORIZON: Final = {"usual": USUAL_DAYS, "near": NEAR_DAYS}

Season = tuple[Mapping[Zone, Mark], Mapping[Zone, Mark]]

# The last reading, the last one that cannot be taken back, and the oldest within the usual year, of each
# meter of the table ``asked``.
MARKS: Final = """
marks AS MATERIALIZED (
SELECT m.meter_id, last.id AS last_id, base.id AS base_id, old.id AS old_id, then_from.id AS from_id,
    then_to.id AS to_id
FROM asked m
LEFT JOIN LATERAL (
    SELECT s.id, s.read_on FROM metering_readingset s
    WHERE s.meter_id = m.meter_id AND s.state IN ('accepted', 'used') AND s.id <> ALL(%(without)s)
    ORDER BY s.read_on DESC, s.received_at DESC, s.id DESC LIMIT 1) last ON true
LEFT JOIN LATERAL (
    SELECT s.id, s.read_on FROM metering_readingset s
    WHERE s.meter_id = m.meter_id AND s.state IN ('accepted', 'used') AND s.id <> ALL(%(without)s)
      AND (s.read_on <= m.hard_on OR s.kind <> 'customer' OR s.state = 'used')
    ORDER BY s.read_on DESC, s.received_at DESC, s.id DESC LIMIT 1) base ON true
LEFT JOIN LATERAL (
    SELECT s.id FROM metering_readingset s
    WHERE s.meter_id = m.meter_id AND s.state IN ('accepted', 'used')
      AND s.read_on >= m.hard_on - %(usual)s
    ORDER BY s.read_on, s.received_at, s.id LIMIT 1) old ON true
-- The same weeks of the last year: from the reading before their start to the reading after their end.
LEFT JOIN LATERAL (
    SELECT s.id FROM metering_readingset s
    WHERE s.meter_id = m.meter_id AND s.state IN ('accepted', 'used')
      AND s.read_on BETWEEN base.read_on - 365 - %(near)s AND base.read_on - 365
    ORDER BY s.read_on DESC, s.received_at DESC, s.id DESC LIMIT 1) then_from ON true
LEFT JOIN LATERAL (
    SELECT s.id FROM metering_readingset s
    WHERE s.meter_id = m.meter_id AND s.state IN ('accepted', 'used')
      AND s.read_on BETWEEN m.read_on - 365 AND LEAST(m.read_on - 365 + %(near)s, base.read_on)
    ORDER BY s.read_on, s.received_at, s.id LIMIT 1) then_to ON true
)
"""
_ASKED: Final = """
WITH asked(meter_id, hard_on, read_on) AS (
SELECT * FROM unnest(%(meters)s::bigint[], %(hard)s::date[], %(days)s::date[])
),"""
# Of an array the server supposes ten meters, and plans for one of them anew each time.
ASKED_OF_ONE: Final = """
WITH asked(meter_id, hard_on, read_on) AS (SELECT %(meter)s::bigint, %(hard)s::date, %(day)s::date),"""
# A row for each scale of these sets.
_OF_MARKS: Final = f"""{MARKS}
SELECT marks.*, v.reading_set_id, v.zone, v.value, v.turns, s.read_on
FROM marks
JOIN metering_readingvalue v ON v.reading_set_id = ANY(ARRAY[last_id, base_id, old_id, from_id, to_id])
JOIN metering_readingset s ON s.id = v.reading_set_id
"""  # noqa: S608 - our own text


@dataclass(frozen=True, slots=True)
class MeterDials:
    """A meter with its scales, ready for the page and for the judge.

    ``oldest`` are the readings of about a year ago from which the usual use is counted, ``season`` the two
    readings around the same weeks of the last year, if there are any.
    """

    meter: MeterView
    dials: tuple[Dial, ...]
    oldest: Mapping[Zone, Mark]
    last_set_id: int
    last_on: date
    season: Season | None = None


def dials(
    *, meters: Sequence[MeterView], read_on: date | Mapping[int, date], without: Collection[int] = ()
) -> dict[int, MeterDials]:
    """Per meter key its dials as they stand for a reading of ``read_on``, in one query.

    ``read_on`` may be given per meter. ``without`` are sets
    to be thought away, because what is judged shall stand in their place.
    """
    if not meters:
        return {}
    days = {m.meter_id: read_on if isinstance(read_on, date) else read_on[m.meter_id] for m in meters}
    if len(meters) == 1:
        start, asked = ASKED_OF_ONE, asked_of_one(meters[0], days[meters[0].meter_id])
    else:
        start = _ASKED
        asked = {
            "meters": [meter.meter_id for meter in meters],
            "hard": [_hard_on(meter, days[meter.meter_id]) for meter in meters],
            "days": [days[meter.meter_id] for meter in meters],
        }
    rows = ask(f"{start}{_OF_MARKS}", {**asked, **HORIZON, "without": list(without)})
    return dials_in(rows, meters=meters)


def asked_of_one(meter: MeterView, read_on: date) -> dict[str, Any]:
    """What ``ASKED_OF_ONE`` is asked with; for this room."""
    return {"meter": meter.meter_id, "hard": _hard_on(meter, read_on), "day": read_on}


def dials_in(rows: Iterable[Sequence[Any]], *, meters: Sequence[MeterView]) -> dict[int, MeterDials]:
    """Dials out of rows that begin with ``marks.*``, a set, its zone, value and turns, and its day."""
    sets: dict[int, tuple[int, int | None, int | None, int | None, int | None]] = {}
    marks: dict[int, dict[str, Mark]] = {}
    for meter_id, last_id, base_id, old_id, from_id, to_id, set_id, zone, value, turns, on, *_ in rows:
        sets[meter_id] = (last_id, base_id, old_id, from_id, to_id)
        marks.setdefault(set_id, {})[zone] = Mark(value, turns, on)
    found: dict[int, MeterDials] = {}
    for meter in meters:
        last_id, base_id, old_id, from_id, to_id = sets.get(meter.meter_id, (0, None, None, None, None))
        if base_id is not None:
            found[meter.meter_id] = _dials_of(
                meter,
                last_id=last_id,
                base_id=base_id,
                old_id=old_id,
                then=(from_id, to_id),
                marks=marks,
            )
    return found


def _hard_on(meter: MeterView, read_on: date) -> date:
    """The last day whose readings cannot be corrected by a reading of ``read_on``."""
    to_day = meter.account.provider.window_to_day
    period = period_of(read_on, window_to_day=to_day)
    return cut_off(period.plus(-1), window_to_day=to_day)


def _daily(meter: MeterView, since: Mark, until: Mark) -> Decimal | None:
    """The volume a day between two readings of a scale, if they lie far enough apart."""
    used = 10**meter.digits * (until.turns - since.turns) + until.value - since.value
    days = (until.on - since.on).days
    return used * meter.ratio / days if days >= LEAST_DAYS and used >= 0 else None


def make_dial(
    meter: MeterView,
    *,
    zone: Zone,
    base: Mark,
    pending: Mark | None,
    oldest: Mark,
    season: Season | None = None,
) -> Dial:
    """A scale with the usual use counted from ``oldest`` to ``base``, and by the weeks of a year ago."""
    return Dial(
        zone=zone,
        digits=meter.digits,
        decimals=meter.decimals,
        ratio=meter.ratio,
        base=base,
        pending=pending,
        usual_daily=_daily(meter, oldest, base),
        season_daily=None if season is None else _daily(meter, season[0][zone], season[1][zone]),
        max_daily=meter.max_daily_kwh,
        service=meter.account.provider.service,
    )


def _dials_of(
    meter: MeterView,
    *,
    last_id: int,
    base_id: int,
    old_id: int | None,
    then: tuple[int | None, int | None],
    marks: Mapping[int, Mapping[str, Mark]],
) -> MeterDials:
    oldest = marks[old_id if old_id is not None else base_id]
    season = _season(meter, then, marks)
    scales = []
    for zone in zones_of(meter.scheme):
        base, last = marks[base_id][zone], marks[last_id][zone]
        later = last_id != base_id and last.on >= base.on
        scales.append(
            make_dial(
                meter,
                zone=zone,
                base=base,
                pending=last if later else None,
                oldest=oldest[zone],
                season=season,
            )
        )
    return MeterDials(
        meter=meter,
        dials=tuple(scales),
        oldest={zone: oldest[zone] for zone in zones_of(meter.scheme)},
        last_set_id=last_id,
        last_on=max(dial.last.on for dial in scales),
        season=season,
    )


def _season(
    meter: MeterView, then: tuple[int | None, int | None], marks: Mapping[int, Mapping[str, Mark]]
) -> Season | None:
    since, until = then
    if since is None or until is None or since == until:
        return None
    zones = zones_of(meter.scheme)
    return {z: marks[since][z] for z in zones}, {z: marks[until][z] for z in zones}
