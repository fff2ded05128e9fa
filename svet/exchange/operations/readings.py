"""The register of readings: sets of values judged by the same rules as those sent on the portal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from svet.exchange.operations.outcomes import Outcome, State, already_applied, refused, rejected
from svet.exchange.rules import readings as register
from svet.exchange.rules.readings import ReadingRow
from svet.exchange.rules.refusals import RowReason
from svet.kernel.actors import Actor
from svet.metering import operations as metering
from svet.metering.models import Meter
from svet.metering.rules import Channel, Kind, zones_of
from svet.metering.texts import explain_reason

# A value an instrument or an inspector has read is not asked about: nobody typed it from memory.
_CERTAIN = ("automatic", "control")
_CHANNELS = {"control": Channel.OFFICE}


def apply(text: str, *, by: Actor, now: datetime) -> list[Outcome]:
    """Judge and keep the sets of a register (a step); an odd set is kept under review and says so."""
    outcomes: list[Outcome] = []
    rows: list[ReadingRow] = []
    for row in register.parse(text):
        if isinstance(row, tuple):
            outcomes.append(rejected(*row))
        else:
            rows.append(row)
    known = already_applied(profile="readings", external_ids=[row.external_id for row in rows])
    meters = _meters(rows)
    certain: list[tuple[ReadingRow, Meter]] = []
    typed: list[tuple[ReadingRow, Meter]] = []
    for row in rows:
        meter = meters.get((row.account, row.meter_serial))
        if row.external_id in known:
            outcomes.append(_outcome(row, State.REPEATED))
        elif meter is None:
            outcomes.append(_refusal(row, RowReason.METER_UNKNOWN))
        elif len(row.values) != len(zones_of(meter.scheme)):
            outcomes.append(_refusal(row, RowReason.ZONES))
        else:
            (certain if row.channel in _CERTAIN else typed).append((row, meter))
    outcomes += _submit(certain, by=by, now=now, confirmed=True)
    outcomes += _submit(typed, by=by, now=now, confirmed=False)
    return outcomes


def _meters(rows: Sequence[ReadingRow]) -> dict[tuple[str, str], Meter]:
    """Standing meters by (account number, serial); a pair that two providers share is nobody's."""
    numbers = {row.account for row in rows}
    found: dict[tuple[str, str], Meter] = {}
    doubtful: set[tuple[str, str]] = set()
    for meter in Meter.objects.filter(account__number__in=numbers).select_related("account"):
        pair = (meter.account.number, meter.serial)
        if pair in found and found[pair].account_id != meter.account_id:
            doubtful.add(pair)
        if pair not in found or meter.removed_on is None:
            found[pair] = meter
    return {pair: meter for pair, meter in found.items() if pair not in doubtful}


def _submit(
    rows: Sequence[tuple[ReadingRow, Meter]], *, by: Actor, now: datetime, confirmed: bool
) -> list[Outcome]:
    results = metering.submit_batch(
        rows=[_batch_row(row, meter) for row, meter in rows],
        channel=Channel.REGISTER,
        by=by,
        now=now,
        confirmed=confirmed,
    )
    return [_result(row, result) for (row, _), result in zip(rows, results, strict=True)]


def _batch_row(row: ReadingRow, meter: Meter) -> metering.BatchRow:
    return metering.BatchRow(
        meter_id=meter.pk,
        values=dict(zip(zones_of(meter.scheme), row.values, strict=True)),
        read_on=row.read_on,
        key=uuid5(NAMESPACE_URL, f"register:readings:{row.external_id}"),
        kind=Kind.CONTROL if row.channel == "control" else Kind.CUSTOMER,
        channel=_CHANNELS.get(row.channel) or Channel(row.channel),
    )


def _result(row: ReadingRow, result: metering.BatchResult) -> Outcome:
    if result.outcome is metering.Outcome.REFUSED:
        return _refusal(row, RowReason.REFUSED, explain_reason(result.reason, result.details))
    state = State.REPEATED if result.outcome is metering.Outcome.REPEATED else State.APPLIED
    note = str(result.outcome) if result.outcome is metering.Outcome.UNDER_REVIEW else ""
    return _outcome(row, state, text=note, reference=result.receipt_number)


def _outcome(row: ReadingRow, state: State, *, text: str = "", reference: str = "") -> Outcome:
    return Outcome(
        row.line_no,
        state,
        row.raw,
        external_id=row.external_id,
        account_number=row.account,
        text=text,
        reference=reference,
    )


def _refusal(row: ReadingRow, reason: RowReason, text: str = "") -> Outcome:
    return refused(row.line_no, row.raw, reason=reason, external_id=row.external_id, text=text)
