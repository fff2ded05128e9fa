"""Everything that a month's bills print, gathered for many accounts in a constant number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.db.models import Exists, OuterRef

from svet.accounts import queries as account_queries
from svet.accounts.queries import ProviderView
from svet.accounts.queries.terms import terms_of
from svet.billing import queries as billing
from svet.billing.queries import ChargeLineView
from svet.billing.queries.billed import consumed, used_lines
from svet.billing.queries.charges import posted_lines
from svet.billing.queries.decisions import decision_texts
from svet.bills.models import Bill
from svet.bills.queries.chain import Preceding, after, before
from svet.bills.queries.corrections import correction_rows, own_lines, price_source
from svet.bills.queries.dials import as_read, by_scale, meters_shown, readings, set_ids
from svet.bills.queries.parties import payee_of, payer_of
from svet.bills.queries.streams import streams_on
from svet.bills.rules import (
    RECALCULATION,
    BillDocument,
    LineRow,
    UsageBar,
    account_sums,
    document_number,
    due_on,
    last_prices,
    merged,
    usage,
)
from svet.kernel.making import quickly
from svet.kernel.periods import Month
from svet.metering import queries as metering
from svet.metering.queries import MeterUsage, SetOrigin

_BARS = 12
_ONE = Decimal(1)
#: What a line says of the month that it corrects, and of the reading that made that necessary.
_CORRECTS_NOTHING: Final = (None, (), (), "")
_FOR_NO_READING: Final = (None, None, "", "")
_document, _line_row, _bar = quickly(BillDocument), quickly(LineRow), quickly(UsageBar)


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


def last_charged(*, provider_id: int, period: Month) -> int:
    """The greatest key of a provider's accounts charged for the month; 0 where there is none."""
    charged = billing.charged_accounts(provider_id=provider_id, period=period)
    return charged.order_by("-account_id").first() or 0


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
    own = {account_id: own_lines(lines) for account_id, lines in charges.items()}
    scales = {account_id: by_scale(lines) for account_id, lines in own.items()}
    used = meters_shown(charges, scales, period=period)
    origins = metering.origins_of(set_ids(charges.values(), used))
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
        lines = merged(
            [
                *[_line(line, meters, origins, decided) for line in own[account_id]],
                *corrected.get(account_id, ()),
            ]
        )
        last_lines = earlier.get(account_id, ())
        preceding = closings.get(account_id)
        sums, movements = account_sums(
            posted[account_id],
            before=preceding.closing if preceding else None,
            month=period,
            settled=sum(line.kopecks for line in lines if line.basis == RECALCULATION),
        )
        document = _document(
            number=document_number(account_number=account.number, period=period, version=1),
            version=1,
            period=first,
            issued_on=issued_on,
            due_on=due,
            payee=payee,
            payer=payer_of(account),
            readings=readings(scales[account_id], used[account_id], origins),
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


def _bars(account_ids: Sequence[int], period: Month) -> dict[int, list[UsageBar]]:
    """What the last twelve months have used as it is known now, oldest first."""
    found: dict[int, list[UsageBar]] = {}
    bars: list[UsageBar] = []
    last = None
    for account_id, month, kwh, kopecks in consumed(account_ids, since=period.plus(1 - _BARS), until=period):
        if account_id != last:
            last, bars = account_id, found.setdefault(account_id, [])
        bars.append(_bar(month, kwh, kopecks))
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
    # In the order of its fields: to be told forty by name takes three times as long.
    return _line_row(
        line.meter_serial, line.zone, line.basis, line.since_on, line.until_on,
        line.range_no, Decimal(lower) if lower else None, None if upper is None else Decimal(upper),
        line.kwh, line.price, line.money.kopecks,
        *as_read(line.previous, origins), *as_read(line.current, origins), meter.ratio if meter else _ONE,
        tariff.group_name if tariff else "", *price_source(tariff),
        tariff is not None and tariff.demonstration,
        *_CORRECTS_NOTHING, tuple([month.first for month in line.base]) if line.base else (),
        line.act.value if line.act else "", *_FOR_NO_READING, document, decided_on, line.house,
    )  # fmt: skip
