"""Many sets at once, from registers and automatic meters, by the same rules as a single one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID, uuid4

from django.db import connection, transaction

from svet.accounts.queries import provider_today
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.metering import queries
from svet.metering.operations.keeping import NewSet, keep_sets
from svet.metering.operations.submitting import hindering_days, hindrance, judged_values
from svet.metering.rules import (
    Dial,
    Doubt,
    Judgement,
    Mark,
    ReadingChannel,
    ReadingKind,
    ReadingState,
    ValueReason,
    Zone,
    cut_off,
    judge,
    period_of,
    zones_of,
)

BATCH = 5_000
USUAL_SPAN = timedelta(days=400)
# Answered by the register itself: nobody is there to be asked.
_HARMLESS = frozenset({Doubt.ZERO})


class BatchOutcome(StrEnum):
    """What became of a row."""

    ACCEPTED = "accepted"
    UNDER_REVIEW = "under_review"
    REPEATED = "repeated"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """One set as a register gives it; rows of one meter are judged in the order of their dates."""

    meter_id: int
    values: Mapping[Zone, Decimal]
    read_on: date
    key: UUID | None = None
    kind: ReadingKind = ReadingKind.CUSTOMER
    channel: ReadingChannel | None = None
    received_at: datetime | None = None
    author_person_id: int | None = None


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of the row at the same place; ``details`` are for the words of ``reason``.

    ``judgement`` is the guard's whole answer about a set that it refused or asked about.
    """

    outcome: BatchOutcome
    reason: ValueReason | Doubt | None = None
    zone: Zone | None = None
    set_id: int | None = None
    receipt_number: str = ""
    details: Mapping[str, object] = field(default_factory=dict)
    judgement: Judgement | None = None


class _Track:
    """One meter while its rows are walked in order: what the judge must know before each of them."""

    def __init__(self, known: queries.MeterDials) -> None:
        self.meter = known.meter
        self.last_on = known.last_on
        self._to_day = known.meter.account.provider.window_to_day
        self._base = {dial.zone: dial.base for dial in known.dials}
        self._pending = {dial.zone: dial.pending for dial in known.dials}
        self._history: list[Mapping[Zone, Mark]] = [dict(known.oldest)]
        # Of the first row's weeks; a row that follows it is held against the whole year.
        self._season = known.season

    def dials(self, *, read_on: date) -> tuple[Dial, ...]:
        """The scales as they stand for a reading of that day."""
        period = period_of(read_on, window_to_day=self._to_day)
        hard_on = cut_off(period.plus(-1), window_to_day=self._to_day)
        for zone, pending in self._pending.items():
            if pending is not None and pending.on <= hard_on:
                self._base[zone], self._pending[zone] = pending, None
        while len(self._history) > 1 and self._first_on(0) < hard_on - USUAL_SPAN:
            self._history.pop(0)
        return tuple(
            queries.make_dial(
                self.meter,
                zone=zone,
                base=self._base[zone],
                pending=self._pending[zone],
                oldest=self._history[0][zone],
                season=self._season,
            )
            for zone in zones_of(self.meter.scheme)
        )

    def _first_on(self, place: int) -> date:
        return next(iter(self._history[place].values())).on

    def advance(self, new: NewSet) -> None:
        """An accepted set stands now: the next one is judged against it."""
        marks = {zone: Mark(v.value, v.turns, new.read_on) for zone, v in new.values.items()}
        self._history.append(marks)
        self._season = None
        self.last_on = new.read_on
        for zone, mark in marks.items():
            if new.kind is ReadingKind.CUSTOMER:
                self._pending[zone] = mark
            else:
                self._base[zone], self._pending[zone] = mark, None


def submit_batch(
    *, rows: Sequence[BatchRow], channel: ReadingChannel, by: Actor, now: datetime, confirmed: bool = False
) -> list[BatchResult]:
    """Judge and keep many sets; says what became of each, in the order of the rows.

    Unless ``confirmed``, an odd set (but for an unchanged one) is kept under review. A refused row stops no
    other. A key that was kept before repeats its receipt. Nobody is told: the caller knows whom to tell.
    """
    results: dict[int, BatchResult] = {}
    by_meter: dict[int, list[int]] = {}
    for place, row in enumerate(rows):
        by_meter.setdefault(row.meter_id, []).append(place)
    meter_ids = sorted(by_meter)
    with transaction.atomic():
        for start in range(0, len(meter_ids), BATCH):
            part = meter_ids[start : start + BATCH]
            places = [place for meter_id in part for place in by_meter[meter_id]]
            _part(rows, places, channel=channel, by=by, now=now, confirmed=confirmed, results=results)
        counts = {outcome.value: 0 for outcome in BatchOutcome}
        for result in results.values():
            counts[result.outcome.value] += 1
        journal.record(
            by=by, action="readings.batch", subject="channel", subject_id=channel.value, now=now, after=counts
        )
    return [results[place] for place in range(len(rows))]


def _part(
    rows: Sequence[BatchRow],
    places: Sequence[int],
    *,
    channel: ReadingChannel,
    by: Actor,
    now: datetime,
    confirmed: bool,
    results: dict[int, BatchResult],
) -> None:
    order = sorted(places, key=lambda place: (rows[place].meter_id, rows[place].read_on, place))
    meters = [
        queries.meter_view(row)
        for row in queries.whole_meters()
        .select_for_update(of=("self",), no_key=True)
        .filter(pk__in={rows[place].meter_id for place in places})
        .order_by("pk")
    ]
    first_on: dict[int, date] = {}
    for place in order:
        first_on.setdefault(rows[place].meter_id, rows[place].read_on)
    tracks = {key: _Track(known) for key, known in queries.dials(meters=meters, read_on=first_on).items()}
    today = {
        meter.account.provider.time_zone: provider_today(meter.account.provider, now) for meter in meters
    }
    kept_before = _kept_before([rows[place] for place in places])
    fresh: list[tuple[int, NewSet, Judgement]] = []
    seen: dict[tuple[int, UUID], int] = {}
    repeats: dict[int, int] = {}
    for place in order:
        row = rows[place]
        track = tracks.get(row.meter_id)
        if row.key is not None and (row.meter_id, row.key) in kept_before:
            results[place] = kept_before[row.meter_id, row.key]
        elif row.key is not None and (row.meter_id, row.key) in seen:
            repeats[place] = seen[row.meter_id, row.key]
        elif track is None:
            results[place] = BatchResult(BatchOutcome.REFUSED, ValueReason.REMOVED)
        else:
            judged = _judge(
                row,
                track,
                channel=row.channel or channel,
                today=today[track.meter.account.provider.time_zone],
                now=now,
                confirmed=confirmed,
            )
            if isinstance(judged, BatchResult):
                results[place] = judged
                continue
            if row.key is not None:
                seen[row.meter_id, row.key] = place
            fresh.append((place, *judged))
    kept = keep_sets([new for _place, new, _judgement in fresh], by=by)
    for (place, new, judgement), each in zip(fresh, kept, strict=True):
        outcome = BatchOutcome.ACCEPTED if new.state is ReadingState.ACCEPTED else BatchOutcome.UNDER_REVIEW
        doubt = Doubt(new.doubts[0]) if outcome is BatchOutcome.UNDER_REVIEW and new.doubts else None
        results[place] = BatchResult(
            outcome, doubt, None, each.set_id, each.receipt_number, judgement=judgement
        )
    for place, original in repeats.items():
        first = results[original]
        results[place] = BatchResult(BatchOutcome.REPEATED, None, None, first.set_id, first.receipt_number)


def _kept_before(rows: Sequence[BatchRow]) -> dict[tuple[int, UUID], BatchResult]:
    keys = [row.key for row in rows if row.key is not None]
    if not keys:
        return {}
    # Pairs as two arrays: tens of thousands of separate parameters would cost more than the rows.
    meters = [row.meter_id for row in rows if row.key is not None]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT s.meter_id, s.key, s.id, s.receipt_number FROM metering_readingset s
            JOIN unnest(%s::bigint[], %s::uuid[]) AS asked(meter_id, key) USING (meter_id, key)
            """,
            [meters, keys],
        )
        return {
            (meter_id, key): BatchResult(BatchOutcome.REPEATED, None, None, set_id, number)
            for meter_id, key, set_id, number in cursor.fetchall()
        }


def _judge(
    row: BatchRow, track: _Track, *, channel: ReadingChannel, today: date, now: datetime, confirmed: bool
) -> tuple[NewSet, Judgement] | BatchResult:
    reason = hindrance(track.meter, read_on=row.read_on, today=today, last_on=track.last_on, channel=channel)
    if reason is not None:
        days = hindering_days(track.meter, read_on=row.read_on, last_on=track.last_on)
        return BatchResult(BatchOutcome.REFUSED, reason, details=days)
    judgement = judge(dials=track.dials(read_on=row.read_on), values=row.values, read_on=row.read_on)
    if judgement.refusals:
        first = judgement.refusals[0]
        return BatchResult(
            BatchOutcome.REFUSED, first.refusal, first.zone, details=first.details, judgement=judgement
        )
    new = NewSet(
        meter_id=row.meter_id,
        account_id=track.meter.account_id,
        read_on=row.read_on,
        received_at=row.received_at or now,
        channel=channel,
        kind=row.kind,
        state=ReadingState.UNDER_REVIEW
        if _doubtful(judgement, confirmed=confirmed)
        else ReadingState.ACCEPTED,
        key=row.key or uuid4(),
        values=judged_values(judgement),
        doubts=tuple(sorted(judgement.doubts)),
        author_person_id=row.author_person_id,
    )
    if new.state is ReadingState.ACCEPTED:
        track.advance(new)
    return new, judgement


def _doubtful(judgement: Judgement, *, confirmed: bool) -> bool:
    """Below a pending one always waits for a person: somebody must say which of the two is right."""
    if Doubt.BELOW_PENDING in judgement.doubts:
        return True
    return judgement.for_review or (not confirmed and bool(judgement.doubts - _HARMLESS))
