"""What a receipt says, written down when it is made: to whom, which lines, which VAT (steps)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from svet.accounts.queries import accounts_by_id, provider_by_id, visible_ids
from svet.fiscal.models import Cashbox, Receipt, ReceiptLine
from svet.fiscal.rules.lines import ReceiptPart
from svet.fiscal.rules.states import SETTLED, ReceiptKind, ReceiptLineKind
from svet.fiscal.rules.vat import (
    LineVat,
    Supplied,
    Taxation,
    VatUnknown,
    by_rates,
    debt_left,
    same_vat,
    vat_of,
)
from svet.fiscal.texts import line_name
from svet.kernel.actors import Actor
from svet.kernel.money import ZERO, Money
from svet.kernel.services import Service
from svet.ledger.queries import owed_before
from svet.ledger.queries.debts import OF_ENERGY, OF_FEES, debt_by_days
from svet.payments.queries.receipts import contact_of, payer_of
from svet.penalties.queries import PaidStreams, account_streams, paid_streams

_NO_LINE = LineVat("", ZERO)
#: Which movements of the books are the supplies of a line.
_SUPPLIES: Final = {ReceiptLineKind.SETTLEMENT: OF_ENERGY, ReceiptLineKind.FEE: OF_FEES}


def where_it_goes(kind: ReceiptKind, *, order_id: int, account_ids: Collection[int], own: str) -> str:
    """The mail address or phone of a payer; of one who has left where the receipt of the sale went.

    An offset tells what an account was charged: where its payer sees that account no more it goes to ``own``,
    the supplier's address, because a till takes none without one.
    """
    if kind is ReceiptKind.OFFSET:
        sees = visible_ids(Actor.person(payer_of(order_id))).filter(pk__in=list(account_ids))
        if sees.count() < len(set(account_ids)):
            return own
    contact = contact_of(order_id)
    sales = Receipt.objects.filter(order_id=order_id, kind=ReceiptKind.SELL.value)
    return contact.email or contact.phone or sales.values_list("contact", flat=True).first() or ""


def write_address(receipt: Receipt) -> None:
    """Write down anew to whom and by whom a receipt goes that no till was asked for (a step)."""
    provider = provider_by_id(receipt.provider_id)
    where = where_it_goes(
        ReceiptKind(receipt.kind),
        order_id=receipt.order_id,
        account_ids=list(receipt.lines.values_list("account_id", flat=True)),
        own=receipt.cashbox.email if receipt.cashbox else "",
    )
    receipt.contact = where or receipt.contact
    receipt.inn, receipt.time_zone = provider.inn, provider.time_zone
    receipt.save(update_fields=["contact", "inn", "time_zone"])


def lines_to_be(receipt: Receipt, parts: Sequence[ReceiptPart]) -> list[ReceiptLine]:
    """The lines of a receipt, with their names; a settled part is one line for each rate of its supplies."""
    named: dict[int, tuple[str, Service]] = {
        one.account_id: (one.number, one.provider.service)
        for one in accounts_by_id([part.account_id for part in parts])
    }
    return [
        ReceiptLine(
            receipt=receipt,
            account_id=part.account_id,
            kind=part.kind.value,
            kopecks=one.money.kopecks,
            of_id=part.of,
            name=line_name(part.kind, *named[part.account_id]),
            rate_on=one.day,
        )
        for part, supplied in _supplied(receipt, parts)
        for one in supplied
    ]


def write_vat(receipt: Receipt, cashbox: Cashbox | None) -> None:
    """Write down the taxation and each line's VAT, by the till that gets the receipt (a step).

    What takes back or uses lines of before has their taxation, whichever till gets it; a refund their VAT.
    What hangs on this receipt and was not handed over yet follows it.
    """
    lines = list(receipt.lines.select_related("of__receipt").order_by("id"))
    before = [line.of.receipt.taxation for line in lines if line.of is not None]
    receipt.taxation = before[0] if before else cashbox.taxation if cashbox else ""
    receipt.save(update_fields=["taxation"])
    for line in lines:
        vat = _vat(receipt, line)
        line.vat, line.vat_kopecks = vat.word, vat.money.kopecks
    ReceiptLine.objects.bulk_update(lines, ["vat", "vat_kopecks"])
    after = Receipt.objects.filter(lines__of__receipt=receipt, asked_at__isnull=True)
    for one in after.exclude(state__in=sorted(SETTLED)).distinct().order_by("pk"):
        write_vat(one, one.cashbox)


def _vat(receipt: Receipt, line: ReceiptLine) -> LineVat:
    if not receipt.taxation:
        return _NO_LINE
    if receipt.kind == ReceiptKind.REFUND and line.of is not None:
        return same_vat(line.money, line.of.vat) if line.of.vat else _NO_LINE
    day = line.rate_on or receipt.local.date()
    try:
        return vat_of(line.money, ReceiptLineKind(line.kind), taxation=Taxation(receipt.taxation), day=day)
    except VatUnknown:
        return _NO_LINE


def _supplied(
    receipt: Receipt, parts: Sequence[ReceiptPart]
) -> Iterable[tuple[ReceiptPart, Sequence[Supplied]]]:
    """Each part by the days of supply: of a payment by the debt before it, of an offset by what used it."""
    today = receipt.local.date()
    if receipt.kind == ReceiptKind.REFUND:
        yield from ((part, [Supplied(today, part.money)]) for part in parts)
        return
    sale = receipt.kind == ReceiptKind.SELL
    paid = paid_streams(key=receipt.source) if sale else {}
    named = {account_id: one.named for account_id, one in paid.items()}
    debts = _debts(receipt, parts, paid)
    for part in parts:
        debt = debts.get((part.account_id, part.kind))
        if debt is None:
            # An advance: nothing is supplied yet. A penalty: nothing ever was.
            yield part, [Supplied(today, part.money)]
            continue
        month = named.get(part.account_id) if part.kind is ReceiptLineKind.SETTLEMENT else None
        supplied = by_rates(part.money, debt=debt, otherwise=today, named=month)
        debts[part.account_id, part.kind] = debt_left(debt, settled=part.money, named=month)
        yield part, supplied


def _debts(
    receipt: Receipt, parts: Sequence[ReceiptPart], paid: Mapping[int, PaidStreams]
) -> dict[tuple[int, ReceiptLineKind], list[Supplied]]:
    """What electricity and works owed, by days of supply: before a payment, or with what its advance paid."""
    accounts = sorted({part.account_id for part in parts})
    sale = receipt.kind == ReceiptKind.SELL
    owed = owed_before(key=receipt.source) if sale else {}
    # An advance is used by what was charged after it was paid.
    first = Receipt.objects.filter(lines__in=[part.of for part in parts if part.of]).order_by("pk").first()
    before, after = (receipt.source, "") if sale else ("", first.source if first else "")
    found: dict[tuple[int, ReceiptLineKind], list[Supplied]] = {}
    for account_id in accounts:
        if not sale:
            streams = account_streams(account_id, provider_id=receipt.provider_id)
            of = {kind: _sum_of(parts, account_id, kind) for kind in _SUPPLIES}
            energy = max(Money(streams.energy), ZERO) + of[ReceiptLineKind.SETTLEMENT]
            fee = max(Money(streams.fee), ZERO) + of[ReceiptLineKind.FEE]
        elif account_id in paid:
            energy, fee = paid[account_id].energy_owed, paid[account_id].fee_owed
        else:
            energy, fee = owed.get(account_id, ZERO), ZERO
        for kind, debt in ((ReceiptLineKind.SETTLEMENT, energy), (ReceiptLineKind.FEE, fee)):
            days = debt_by_days(
                account_id=account_id,
                debt=max(debt, ZERO),
                before=before,
                after=after,
                kinds=_SUPPLIES[kind],
            )
            found[account_id, kind] = [Supplied(day, money) for day, money in days]
    return found


def _sum_of(parts: Sequence[ReceiptPart], account_id: int, kind: ReceiptLineKind) -> Money:
    return Money.total(part.money for part in parts if part.account_id == account_id and part.kind is kind)
