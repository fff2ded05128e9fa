"""Everything that a month's bills print, gathered for many accounts in a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef

from svet.accounts import queries as account_queries
from svet.accounts.queries.terms import terms_of
from svet.billing import queries as billing
from svet.billing.queries import ChargeLineView, ChargeView, ReadingRef
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
    BillPayee,
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
from svet.metering.queries import MeterUsage, SetView

_BARS = 12


@dataclass(frozen=True, slots=True)
class Gathered:
    """A document with the postings that stand on it, and the bill it continues."""

    document: BillDocument
    preceding: Preceding | None
    to_seq: int


def unissued(*, provider_id: int, period: Month, after: int, limit: int) -> list[int]:
    """Accounts of a provider charged for the month without a bill of it or of a later month, by key."""
    bills = Bill.objects.filter(account_id=OuterRef("account_id"), period__gte=period.first)
    charged = billing.charged_accounts(provider_id=provider_id, period=period)
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


def gather(*, account_ids: Sequence[int], period: Month, issued_on: date) -> dict[int, Gathered]:
    """The documents of charged accounts for one month, first version, by account key."""
    accounts = account_queries.accounts_by_id(account_ids)
    terms = terms_of(account_ids, on=period.end)
    before_it = period.plus(-1)
    charges = {
        view.account_id: view for view in billing.charges(account_ids, since=period, until=period.plus(1))
    }
    # The month before as it stands now, with what this month corrects of it.
    earlier = billing.standing_views(account_ids, months=[before_it], until=period)
    used = metering.usage(account_ids=account_ids, period=period)
    sets = metering.sets_by_id(set_ids=_set_ids(charges.values(), used))
    _add_gone(used, charges)
    closings = before(account_ids=account_ids)
    posted = after(closings, account_ids=account_ids, until=period.end)
    bars = _bars(account_ids, period)
    corrected = correction_rows(list(charges.values()), period=period, sets=sets)
    last = {key: max((each.seq for each in posted[key]), default=_ended(closings.get(key))) for key in posted}
    streams = streams_on(
        {account.account_id: account.provider.provider_id for account in accounts}, posted, closings, last
    )
    decided = decision_texts(line.decision for charge in charges.values() for line in charge.lines)
    payees: dict[int, BillPayee] = {}
    found: dict[int, Gathered] = {}
    for account in accounts:
        charge = charges.get(account.account_id)
        if charge is None:
            continue
        provider = account.provider
        if provider.provider_id not in payees:
            payees[provider.provider_id] = payee_of(provider)
        meters = {meter.meter_id: meter for meter in used[account.account_id]}
        lines = merged(
            [
                *(_line(line, meters, sets, decided) for line in own_lines(charge)),
                *corrected.get(account.account_id, ()),
            ]
        )
        last_lines = [_line(line, {}, {}, {}) for line in earlier[account.account_id]]
        preceding = closings.get(account.account_id)
        sums, movements = account_sums(
            posted[account.account_id],
            before=preceding.closing if preceding else None,
            month=period,
            settled=sum(line.kopecks for line in lines if line.basis == RECALCULATION),
        )
        document = BillDocument(
            number=document_number(account_number=account.number, period=period, version=1),
            version=1,
            period=period.first,
            issued_on=issued_on,
            due_on=due_on(period=period, due_day=provider.due_day),
            payee=payees[provider.provider_id],
            payer=payer_of(account),
            readings=_readings(charge, used[account.account_id], sets),
            lines=lines,
            sums=sums,
            bars=tuple(bars[account.account_id]),
            previous_prices=last_prices(last_lines),
            previous_usage=usage(last_lines) if last_lines else None,
            previous_period=preceding.month.first if preceding else None,
            movements=movements,
            residents=terms[account.account_id].residents or 0,
            streams=streams.get(account.account_id),
        )
        found[account.account_id] = Gathered(document, preceding, last[account.account_id])
    return found


def _ended(preceding: Preceding | None) -> int:
    return preceding.to_seq if preceding else 0


def _add_gone(used: Mapping[int, list[MeterUsage]], charges: Mapping[int, ChargeView]) -> None:
    """Add the meters that were taken down earlier and are charged now: a late month took them in."""
    missing = {
        account_id: {line.meter_id for line in charge.lines if line.meter_serial}
        - {meter.meter_id for meter in used[account_id]}
        for account_id, charge in charges.items()
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


def _set_ids(charges: Iterable[ChargeView], used: Mapping[int, Sequence[MeterUsage]]) -> set[int]:
    ids: set[int] = set()
    for charge in charges:
        for line in charge.lines:
            refs = (line.previous, line.current)
            ids |= {ref.set_id for ref in refs if ref is not None and ref.set_id is not None}
            if line.cause_set_id is not None:
                ids.add(line.cause_set_id)
    scales = (zone for meters in used.values() for meter in meters for zone in meter.zones)
    for scale in scales:
        ids.add(scale.previous_set_id)
        if scale.current_set_id is not None:
            ids.add(scale.current_set_id)
    return ids


def _bars(account_ids: Sequence[int], period: Month) -> dict[int, list[UsageBar]]:
    """What the last twelve months have used as it is known now, oldest first."""
    found: dict[int, list[UsageBar]] = {account_id: [] for account_id in account_ids}
    for account_id, month, kwh, money in billing.consumed(
        account_ids, since=period.plus(1 - _BARS), until=period
    ):
        found[account_id].append(UsageBar(month.first, kwh, money.kopecks))
    return found


def _line(
    line: ChargeLineView,
    meters: Mapping[int, MeterUsage],
    sets: Mapping[int, SetView],
    decided: Mapping[int, tuple[str, date]],
) -> LineRow:
    meter = meters.get(line.meter_id)
    tariff = line.tariff
    lower = tariff.range_lower_kwh if tariff else None
    upper = tariff.range_upper_kwh if tariff else None
    document, decided_on = decided.get(line.decision or 0, ("", None))
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
        previous_value=line.previous.value if line.previous else None,
        previous_on=line.previous.on if line.previous else None,
        previous_receipt=_receipt(line.previous, sets),
        previous_source=_source(line.previous, sets),
        current_value=line.current.value if line.current else None,
        current_on=line.current.on if line.current else None,
        current_receipt=_receipt(line.current, sets),
        current_source=_source(line.current, sets),
        ratio=meter.ratio if meter else Decimal(1),
        **tariff_columns(tariff),
        demonstration=tariff is not None and tariff.demonstration,
        base=tuple(month.first for month in line.base),
        act=line.act.value if line.act else "",
        decision=document,
        decision_on=decided_on,
        house=line.house,
    )


def _readings(
    charge: ChargeView, meters: Sequence[MeterUsage], sets: Mapping[int, SetView]
) -> tuple[BillReading, ...]:
    """One row per scale: the readings of its own lines; a scale without a line shows the month's own."""
    used: dict[tuple[int, str], list[ChargeLineView]] = {}
    for line in own_lines(charge):
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
                source = _source(current, sets) if current else lines[-1].basis.value
                kwh = _shown(lines)
            else:
                scale = scales[zone]
                previous = ReadingRef(scale.previous_value, scale.previous_on, scale.previous_set_id)
                current = None
                if scale.current_value is not None and scale.current_on is not None:
                    current = ReadingRef(scale.current_value, scale.current_on, scale.current_set_id)
                source = _source(current, sets)
                kwh = scale.kwh or Decimal(0)
            rows.append(
                BillReading(
                    meter_serial=meter.serial,
                    scheme=meter.scheme,
                    zone=zone,
                    ratio=meter.ratio,
                    previous_value=previous.value if previous else None,
                    previous_on=previous.on if previous else None,
                    previous_source=_source(previous, sets),
                    previous_receipt=_receipt(previous, sets),
                    current_value=current.value if current else None,
                    current_on=current.on if current else None,
                    current_source=source,
                    current_receipt=_receipt(current, sets),
                    kwh=kwh,
                )
            )
    return tuple(rows)


def _shown(lines: Sequence[ChargeLineView]) -> Decimal:
    """What the readings of a scale's lines show together, and what is estimated where there are none."""
    spans = {(line.previous, line.current): line.span_kwh for line in lines if line.basis is Basis.READING}
    read = sum((span or Decimal(0) for span in spans.values()), Decimal(0))
    return read + sum((line.kwh for line in lines if line.basis is not Basis.READING), Decimal(0))


def _set(ref: ReadingRef | None, sets: Mapping[int, SetView]) -> SetView | None:
    return sets.get(ref.set_id) if ref is not None and ref.set_id is not None else None


def _receipt(ref: ReadingRef | None, sets: Mapping[int, SetView]) -> str:
    found = _set(ref, sets)
    return found.receipt_number if found else ""


def _source(ref: ReadingRef | None, sets: Mapping[int, SetView]) -> str:
    """The channel of a customer's reading, the kind of any other."""
    found = _set(ref, sets)
    if found is None:
        return "initial" if ref is not None else ""
    return found.channel if found.kind == "customer" else found.kind
