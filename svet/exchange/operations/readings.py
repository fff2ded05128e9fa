"""The register of readings: sets of values judged by the same rules as those sent on the portal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import NAMESPACE_URL, uuid5

from svet.accounts import queries as account_queries
from svet.accounts import texts as subscriber_texts
from svet.accounts.rules import NumberRefused, normalise_account_number, normalise_meter_number
from svet.exchange import texts
from svet.exchange.operations.outcomes import (
    RowOutcome,
    already_applied,
    applied,
    changed,
    refused,
    rejected,
    repeated,
)
from svet.exchange.rules import readings as register
from svet.exchange.rules.readings import ReadingRow
from svet.exchange.rules.refusals import RowReason
from svet.kernel.actors import Actor
from svet.kernel.services import Unit
from svet.metering import operations as metering
from svet.metering import queries
from svet.metering import texts as metering_texts
from svet.metering.queries import MeterView
from svet.metering.rules import ReadingChannel, ReadingKind, ReadingRefused, Zone, zones_of

BATCH = 5_000
_CONTROL = "control"
# A value an instrument has read is not asked about: nobody typed it from memory.
_AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True)
class _Kept:
    """What an earlier register's record became."""

    meter_id: int
    read_on: date
    values: Mapping[Zone, Decimal]


def apply(text: str, *, by: Actor, now: datetime) -> list[RowOutcome]:
    """Judge and keep the sets of a register (a step); an odd set is kept under review and says so.

    A reading of the company's own people (``control``) is kept as the desk keeps it, also below the last one.
    """
    outcomes: list[RowOutcome] = []
    rows: list[ReadingRow] = []
    lengths = account_queries.account_lengths()
    for row in register.parse(text):
        numbered = _numbered(row, lengths) if isinstance(row, ReadingRow) else rejected(*row)
        if isinstance(numbered, RowOutcome):
            outcomes.append(numbered)
        else:
            rows.append(numbered)
    known = _kept(rows)
    meters = _meters(rows)
    ways: dict[str, list[tuple[ReadingRow, MeterView]]] = {_CONTROL: [], _AUTOMATIC: [], "typed": []}
    for row in rows:
        meter = meters.get((row.account, row.meter_serial))
        if row.external_id in known:
            outcomes.append(_again(row, meter, known[row.external_id]))
        elif meter is None:
            outcomes.append(refused(row, RowReason.METER_UNKNOWN))
        elif len(row.values) != len(zones_of(meter.scheme)):
            outcomes.append(refused(row, RowReason.ZONES))
        else:
            ways[row.channel if row.channel in ways else "typed"].append((row, meter))
    outcomes += _submit(ways[_AUTOMATIC], by=by, now=now, confirmed=True)
    outcomes += _submit(ways["typed"], by=by, now=now, confirmed=False)
    # After what customers sent: a control reading settles which of their sets stand.
    outcomes += _control(ways[_CONTROL], by=by, now=now)
    return outcomes


def _numbered(row: ReadingRow, lengths: frozenset[int]) -> ReadingRow | RowOutcome:
    """The row with its two numbers as we write them, or why they cannot be numbers."""
    try:
        return replace(
            row,
            account=normalise_account_number(row.account, lengths),
            meter_serial=normalise_meter_number(row.meter_serial),
        )
    except NumberRefused as refusal:
        column = "account" if refusal.field == "account_number" else "meter_serial"
        return refused(row, RowReason.REFUSED, subscriber_texts.explain(refusal), column=column)


def _kept(rows: Sequence[ReadingRow]) -> dict[str, _Kept | None]:
    """What earlier registers kept under these ids; None for what is no longer told by a receipt."""
    receipts = already_applied(profile="readings", external_ids=[row.external_id for row in rows])
    numbers = list(receipts.values())
    sets: dict[str, _Kept] = {}
    for start in range(0, len(numbers), BATCH):
        for number, each in queries.sets_by_receipt(numbers[start : start + BATCH]).items():
            values = {value.zone: value.value for value in each.values}
            sets[number] = _Kept(each.meter_id, each.read_on, values)
    return {external_id: sets.get(number) for external_id, number in receipts.items()}


def _again(row: ReadingRow, meter: MeterView | None, kept: _Kept | None) -> RowOutcome:
    """A record that came before: the same body is a repetition, another one is said aloud."""
    if kept is None:
        return repeated(row)
    zones = zones_of(meter.scheme) if meter is not None else ()
    same = (
        meter is not None
        and (meter.meter_id, row.read_on) == (kept.meter_id, kept.read_on)
        and dict(zip(zones, row.values, strict=False)) == dict(kept.values)
    )
    if same:
        return repeated(row)
    said = texts.other_readings(
        on=kept.read_on,
        values=metering_texts.values_line(kept.values, meter.unit if meter is not None else Unit.KWH),
    )
    return changed(row, said, account_number=row.account)


def _meters(rows: Sequence[ReadingRow]) -> dict[tuple[str, str], MeterView]:
    """Standing meters by (account number, serial); a pair that two providers share is nobody's."""
    numbers = list({row.account for row in rows})
    found: dict[tuple[str, str], MeterView] = {}
    doubtful: set[tuple[str, str]] = set()
    for start in range(0, len(numbers), BATCH):
        for meter in queries.meters_on(numbers[start : start + BATCH]):
            pair = (meter.account.number, meter.serial)
            if pair in found and found[pair].account_id != meter.account_id:
                doubtful.add(pair)
            if pair not in found or meter.removed_on is None:
                found[pair] = meter
    return {pair: meter for pair, meter in found.items() if pair not in doubtful}


def _submit(
    rows: Sequence[tuple[ReadingRow, MeterView]], *, by: Actor, now: datetime, confirmed: bool
) -> list[RowOutcome]:
    results = metering.submit_batch(
        rows=[_batch_row(row, meter) for row, meter in rows],
        channel=ReadingChannel.REGISTER,
        by=by,
        now=now,
        confirmed=confirmed,
    )
    return [_result(row, result) for (row, _), result in zip(rows, results, strict=True)]


def _batch_row(row: ReadingRow, meter: MeterView) -> metering.BatchRow:
    return metering.BatchRow(
        meter_id=meter.meter_id,
        values=_values(row, meter),
        read_on=row.read_on,
        key=uuid5(NAMESPACE_URL, f"register:readings:{row.external_id}"),
        kind=ReadingKind.CUSTOMER,
        channel=ReadingChannel(row.channel),
    )


def _values(row: ReadingRow, meter: MeterView) -> dict[Zone, Decimal]:
    return dict(zip(zones_of(meter.scheme), row.values, strict=True))


def _result(row: ReadingRow, result: metering.BatchResult) -> RowOutcome:
    judgement = result.judgement
    if result.outcome is metering.BatchOutcome.REFUSED:
        said = (
            metering_texts.explain_reason(result.reason, result.details)
            if judgement is None
            else metering_texts.explain_set(judgement)
        )
        return refused(row, RowReason.REFUSED, said)
    waits = result.outcome is metering.BatchOutcome.UNDER_REVIEW
    said = "" if not waits else texts.under_review(metering_texts.doubts_of(judgement) if judgement else "")
    fate = repeated if result.outcome is metering.BatchOutcome.REPEATED else applied
    return fate(row, result.receipt_number, text=said)


def _control(rows: Sequence[tuple[ReadingRow, MeterView]], *, by: Actor, now: datetime) -> list[RowOutcome]:
    """Readings of the company's own people, the oldest of each meter first; a refused one stops no other."""
    outcomes = []
    for row, meter in sorted(rows, key=lambda pair: (pair[0].read_on, pair[0].line_no)):
        try:
            kept = metering.keep_control(
                by=by, meter_id=meter.meter_id, values=_values(row, meter), read_on=row.read_on, now=now
            )
        except ReadingRefused as refusal:
            outcomes.append(refused(row, RowReason.REFUSED, metering_texts.explain(refusal)))
        else:
            outcomes.append(applied(row, kept.receipt_number))
    return outcomes
