"""Everything that a month's bills print, gathered for many accounts in a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef

from svet.accounts import queries as account_queries
from svet.accounts.queries import ProviderView
from svet.accounts.queries.terms import terms_of
from svet.billing import queries as billing
from svet.billing.queries import ChargeLineView, ReadingRef
from svet.billing.queries.billed import consumed, used_lines
from svet.billing.queries.charges import posted_lines
from svet.billing.queries.decisions import decision_texts
from svet.billing.rules import Basis
from svet.bills.models import Bill
from svet.bills.queries.chain import Preceding, after, before
from svet.bills.queries.corrections import correction_rows, own_lines, tariff_columns
from svet.bills.queries.parties import payee_of, payer_of
from svet.bills.queries.streams import streams_on
from svet.bills.rules import (
    RECALCULATION,
    BillDocument,
    BillReading,
    LineRow,
    UsageBar,
    account_sums,
    document_number,
    due_on,
    last_prices,
    merged,
    usage,
)
from svet.kernel.periods import Month
from svet.metering import queries as metering
from svet.metering.queries import MeterUsage, SetOrigin

_BARS = 12
_ZERO, _ONE = Decimal(0), Decimal(1)
_NOWHERE, _INITIAL = ("", ""), ("initial", "")


@dataclass(frozen=True, slots=True)
class Gathered:
    """A document with the postings that stand on it, and the bill it continues."""

    document: BillDocument
    preceding: Preceding | None
    to_seq: int


def unissued(
    *, provider_id: int, period: Month, after: int, limit: int, until: int | None = None
) -> list[int]:
    """Accounts of a provider charged for the month without a bill of it or of a later month, by key."""
    bills = Bill.objects.filter(account_id=OuterRef("account_id"), period__gte=period.first)
    charged = billing.charged_accounts(provider_id=provider_id, period=period)
    if until is not None:
        charged = charged.filter(account_id__lte=until)
    return list(charged.filter(~Exists(bills), account_id__gt=after).order_by("account_id")[:limit])


def overtaken(*, provider_id: int, period: Month) -> int:
    """How many accounts charged for the month have no bill of it, but one of a later month.

    Bills only go forward: such a charge stands on the account's next bill, in a line of its own.
    """
    bills = Bill.objects.filter(account_id=OuterRef("account_id"))
    charged = billing.charged_accounts(provider_id=provider_id, period=period)
    return charged.filter(
        ~Exists(bills.filter(period=period.first)), Exists(bills.filter(period__gt=period.first))
    ).count()


def gather(
    *, provider: ProviderView, account_ids: Sequence[int], period: Month, issued_on: date
) -> dict[int, Gathered]:
    """The documents of a supplier's charged accounts for one month, first version, by account key."""
    accounts = account_queries.printed_accounts(account_ids)
    terms = terms_of(account_ids, on=period.end)
    charges = posted_lines(account_ids, period=period)
    # The month before as it stands now, with what this month corrects of it.
    earlier = used_lines(account_ids, month=period.plus(-1), until=period)
    used = metering.usage(account_ids=account_ids, period=period)
    origins = metering.origins_of(_set_ids(charges.values(), used))
    _add_gone(used, charges)
    closings = before(account_ids=account_ids)
    posted = after(closings, account_ids=account_ids, until=period.end)
    bars = _bars(account_ids, period)
    corrected = correction_rows(charges, period=period)
    last = {key: each[-1].seq if each else _ended(closings.get(key)) for key, each in posted.items()}
    streams = streams_on(dict.fromkeys(account_ids, provider.provider_id), posted, closings, last)
    decided = decision_texts(line.decision for lines in charges.values() for line in lines)
    payee = payee_of(provider)
    first, due = period.first, due_on(period=period, due_day=provider.due_day)
    found: dict[int, Gathered] = {}
    for account in accounts:
        account_id = account.account_id
        meters = {meter.meter_id: meter for meter in used[account_id]}
        own = own_lines(charges[account_id])
        lines = merged(
            [*(_line(line, meters, origins, decided) for line in own), *corrected.get(account_id, ())]
        )
        last_lines = earlier.get(account_id, ())
        preceding = closings.get(account_id)
        sums, movements = account_sums(
            posted[account_id],
            before=preceding.closing if preceding else None,
            month=period,
            settled=sum(line.kopecks for line in lines if line.basis == RECALCULATION),
        )
        document = BillDocument(
            number=document_number(account_number=account.number, period=period, version=1),
            version=1,
            period=first,
            issued_on=issued_on,
            due_on=due,
            payee=payee,
            payer=payer_of(account),
            readings=_readings(own, used[account_id], origins),
            lines=lines,
            sums=sums,
            bars=tuple(bars.get(account_id, ())),
            previous_prices=last_prices(last_lines),
            previous_usage=usage(last_lines) if last_lines else None,
            previous_period=preceding.month.first if preceding else None,
            movements=movements,
            residents=terms[account_id].residents or 0,
            streams=streams.get(account_id),
        )
        found[account_id] = Gathered(document, preceding, last[account_id])
    return found


def _ended(preceding: Preceding | None) -> int:
    return preceding.to_seq if preceding else 0


def _add_gone(used: Mapping[int, list[MeterUsage]], charges: Mapping[int, Sequence[ChargeLineView]]) -> None:
    """Add the meters that were taken down earlier and are charged now: a late month took them in."""
    missing = {
        account_id: {line.meter_id for line in lines if line.meter_serial}
        - {meter.meter_id for meter in used[account_id]}
        for account_id, lines in charges.items()
    }
    late = [account_id for account_id, meters in missing.items() if meters]
    for meter in metering.meters_of(account_ids=late, standing_only=False) if late else ():
        if meter.meter_id in missing[meter.account_id]:
            gone = MeterUsage(
                meter.meter_id,
                meter.serial,
                meter.scheme,
                meter.ratio,
                (),
                meter.installed_on,
                meter.removed_on,
            )
            used[meter.account_id].append(gone)
    for account_id in late:
        used[account_id].sort(key=lambda meter: (meter.installed_on, meter.meter_id))


def _set_ids(
    charges: Iterable[Sequence[ChargeLineView]], used: Mapping[int, Sequence[MeterUsage]]
) -> set[int]:
    ids: set[int | None] = set()
    for lines in charges:
        for line in lines:
            if line.previous is not None:
                ids.add(line.previous.set_id)
            if line.current is not None:
                ids.add(line.current.set_id)
    for meters in used.values():
        for meter in meters:
            for scale in meter.zones:
                ids.add(scale.previous_set_id)
                ids.add(scale.current_set_id)
    return {each for each in ids if each is not None}


def _bars(account_ids: Sequence[int], period: Month) -> dict[int, list[UsageBar]]:
    """What the last twelve months have used as it is known now, oldest first."""
    found: dict[int, list[UsageBar]] = {}
    for account_id, month, kwh, kopecks in consumed(account_ids, since=period.plus(1 - _BARS), until=period):
        found.setdefault(account_id, []).append(UsageBar(month, kwh, kopecks))
    return found


def _line(
    line: ChargeLineView,
    meters: Mapping[int, MeterUsage],
    origins: Mapping[int, SetOrigin],
    decided: Mapping[int, tuple[str, date]],
) -> LineRow:
    meter = meters.get(line.meter_id)
    tariff = line.tariff
    lower = tariff.range_lower_kwh if tariff else None
    upper = tariff.range_upper_kwh if tariff else None
    document, decided_on = decided.get(line.decision or 0, ("", None))
    previous, current = line.previous, line.current
    previous_source, previous_receipt = _origin(previous, origins)
    current_source, current_receipt = _origin(current, origins)
    return LineRow(
        meter_serial=line.meter_serial,
        zone=line.zone.value,
        basis=line.basis.value,
        since_on=line.since_on,
        until_on=line.until_on,
        range_no=line.range_no,
        range_over_kwh=Decimal(lower) if lower else None,
        range_upper_kwh=None if upper is None else Decimal(upper),
        kwh=line.kwh,
        price=line.price,
        kopecks=line.money.kopecks,
        previous_value=previous.value if previous else None,
        previous_on=previous.on if previous else None,
        previous_receipt=previous_receipt,
        previous_source=previous_source,
        current_value=current.value if current else None,
        current_on=current.on if current else None,
        current_receipt=current_receipt,
        current_source=current_source,
        ratio=meter.ratio if meter else _ONE,
        **tariff_columns(tariff),
        demonstration=tariff is not None and tariff.demonstration,
        base=tuple([month.first for month in line.base]) if line.base else (),
        act=line.act.value if line.act else "",
        decision=document,
        decision_on=decided_on,
        house=line.house,
    )


def _readings(
    own: Iterable[ChargeLineView], meters: Sequence[MeterUsage], origins: Mapping[int, SetOrigin]
) -> tuple[BillReading, ...]:
    """One row per scale: the readings of its own lines; a scale without a line shows the month's own."""
    used: dict[tuple[int, str], list[ChargeLineView]] = {}
    for line in own:
        if line.basis in (Basis.LOSSES, Basis.HOUSE):
            continue  # no dial of the flat shows them
        used.setdefault((line.meter_id, line.zone.value), []).append(line)
    rows = []
    for meter in meters:
        scales = {scale.zone.value: scale for scale in meter.zones}
        # A meter that is gone has no scales this month, only the lines that a late month took in.
        for zone in scales or [zone for meter_id, zone in used if meter_id == meter.meter_id]:
            lines = used.get((meter.meter_id, zone))
            previous: ReadingRef | None
            current: ReadingRef | None
            if lines:
                previous, current = lines[0].previous, lines[-1].current
                kwh = _shown(lines)
            else:
                scale = scales[zone]
                previous = ReadingRef(scale.previous_value, scale.previous_on, scale.previous_set_id)
                current = None
                if scale.current_value is not None and scale.current_on is not None:
                    current = ReadingRef(scale.current_value, scale.current_on, scale.current_set_id)
                kwh = scale.kwh or _ZERO
            previous_source, previous_receipt = _origin(previous, origins)
            source, current_receipt = _origin(current, origins)
            if lines and current is None:
                source = lines[-1].basis.value
            rows.append(
                BillReading(
                    meter_serial=meter.serial,
                    scheme=meter.scheme,
                    zone=zone,
                    ratio=meter.ratio,
                    previous_value=previous.value if previous else None,
                    previous_on=previous.on if previous else None,
                    previous_source=previous_source,
                    previous_receipt=previous_receipt,
                    current_value=current.value if current else None,
                    current_on=current.on if current else None,
                    current_source=source,
                    current_receipt=current_receipt,
                    kwh=kwh,
                )
            )
    return tuple(rows)


def _shown(lines: Sequence[ChargeLineView]) -> Decimal:
    """What the readings of a scale's lines show together, and what is estimated where there are none."""
    if len(lines) == 1:
        (line,) = lines
        return (line.span_kwh or _ZERO) if line.basis is Basis.READING else line.kwh
    spans = {(line.previous, line.current): line.span_kwh for line in lines if line.basis is Basis.READING}
    read = sum((span or _ZERO for span in spans.values()), _ZERO)
    return read + sum((line.kwh for line in lines if line.basis is not Basis.READING), _ZERO)


def _origin(ref: ReadingRef | None, origins: Mapping[int, SetOrigin]) -> tuple[str, str]:
    """Whence a reading came, and its receipt."""
    if ref is None:
        return _NOWHERE
    return _INITIAL if ref.set_id is None else origins.get(ref.set_id, _INITIAL)
