"""What the feed is made of: each thing that happened, read from its own room, as a card."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from svet.accounts.queries import AccountCard
from svet.bills.queries import BillSummary
from svet.history.rules import CardKind, FeedPlace, opaque_key
from svet.kernel.money import ZERO, Money
from svet.ledger import queries as ledger
from svet.ledger.queries import LedgerEntry
from svet.ledger.rules import TransactionKind
from svet.metering.queries import DisputeView, SetChange, SetView
from svet.metering.rules import ReadingKind
from svet.payments.queries import ImportedPaymentView, OrderView, RefundView
from svet.payments.rules.states import OrderState


@dataclass(frozen=True, slots=True)
class HistoryCard:
    """One thing that happened: by ``kind`` a ``reading``, ``order``, ``register``, ``bill`` or ``entry``.

    ``entry`` is what somebody decided upon: a balance brought, a transfer, a correction, a write-off;
    or what a supplier charged by a billing of its own (decision 208).
    A refund has its ``order`` and the ``refund``; its ``money`` is negative.
    ``changes`` are the course of a reading, ``dispute`` the objection to a control reading.
    """

    kind: CardKind
    place: FeedPlace
    accounts: tuple[AccountCard, ...]
    money: Money | None
    reading: SetView | None = None
    order: OrderView | None = None
    refund: RefundView | None = None
    register: ImportedPaymentView | None = None
    bill: BillSummary | None = None
    entry: LedgerEntry | None = None
    changes: tuple[SetChange, ...] = ()
    #: The receipt of the later readings that a bill has used instead of these.
    passed_over: str = ""
    dispute: DisputeView | None = None

    @property
    def day(self) -> date:
        return self.place.day

    @property
    def account(self) -> AccountCard:
        """The first account it concerns."""
        return self.accounts[0]

    @property
    def paid(self) -> Money:
        """What it brought to the accounts; a refund takes it away again."""
        if self.kind is CardKind.REGISTER:
            return self.money or ZERO
        credited = self.order is not None and self.order.state is OrderState.CREDITED
        return (self.money or ZERO) if credited else ZERO

    @property
    def charged(self) -> Money:
        """What it charged, recalculation included: what the lines of the bill come to."""
        if self.kind is CardKind.CHARGE:
            return self.money or ZERO
        return self.bill.total if self.bill is not None else ZERO


def reading_cards(sets: Iterable[SetView], accounts: Mapping[int, AccountCard]) -> list[HistoryCard]:
    """Readings, control ones told apart."""
    return [
        HistoryCard(
            kind=CardKind.CONTROL if each.kind == ReadingKind.CONTROL else CardKind.READING,
            place=FeedPlace.of(each.read_on, each.received_at, each.public_id),
            accounts=(accounts[each.account_id],),
            money=None,
            reading=each,
        )
        for each in sets
    ]


def order_cards(orders: Iterable[OrderView], accounts: Mapping[int, AccountCard]) -> list[HistoryCard]:
    """Payments with their lines."""
    return [
        HistoryCard(
            kind=CardKind.PAYMENT,
            place=FeedPlace.of(timezone.localtime(each.created_at).date(), each.created_at, each.public_id),
            accounts=tuple(accounts[line.account_id] for line in each.lines),
            money=each.total,
            order=each,
        )
        for each in orders
        if each.lines
    ]


def refund_cards(
    orders: Iterable[OrderView], accounts: Mapping[int, AccountCard], *, since: datetime, until: datetime
) -> list[HistoryCard]:
    """What came back of payments of any age, on the day it did, and what is on its way back."""
    return [
        HistoryCard(
            kind=CardKind.REFUND,
            place=FeedPlace.of(
                timezone.localtime(refund.refunded_at).date(),
                refund.refunded_at,
                opaque_key(refund.reference),
            ),
            accounts=tuple(accounts[account_id] for account_id in refund.account_ids),
            money=ZERO if refund.failed else refund.back,
            order=order,
            refund=refund,
        )
        for order in orders
        for refund in (*order.refunds, *order.promised)
        if since <= refund.refunded_at < until
    ]


def register_cards(
    rows: Iterable[ImportedPaymentView], accounts: Mapping[int, AccountCard]
) -> list[HistoryCard]:
    """What came by registers of banks."""
    return [
        HistoryCard(
            kind=CardKind.REGISTER,
            place=FeedPlace.of(
                date.fromisoformat(each.paid_on),
                each.applied_at,
                opaque_key(f"{each.source}:{each.external_id}"),
            ),
            accounts=(accounts[each.account_id],),
            money=each.money,
            register=each,
        )
        for each in rows
    ]


def charge_cards(accounts: Mapping[int, AccountCard], *, since: date, until: date) -> list[HistoryCard]:
    """What suppliers charged that make their bills themselves; of the others their bills tell."""
    ids = [key for key, card in accounts.items() if not card.provider.service.charged_here]
    if not ids:
        return []
    kinds = (TransactionKind.CHARGE,)
    rows = ledger.entries_of_kinds(account_ids=ids, kinds=kinds, since=since, until=until)
    return act_cards(rows, accounts, CardKind.CHARGE)


def act_cards(
    rows: Iterable[tuple[int, LedgerEntry]], accounts: Mapping[int, AccountCard], kind: CardKind
) -> list[HistoryCard]:
    """Postings as cards of a kind."""
    return [
        HistoryCard(
            kind=kind,
            place=FeedPlace.of(
                entry.effective_on, entry.occurred_at, opaque_key(f"{entry.key}:{account_id}")
            ),
            accounts=(accounts[account_id],),
            money=entry.money,
            entry=entry,
        )
        for account_id, entry in rows
    ]


def bill_cards(rows: Iterable[BillSummary], accounts: Mapping[int, AccountCard]) -> list[HistoryCard]:
    """Bills issued."""
    return [
        HistoryCard(
            kind=CardKind.BILL,
            place=FeedPlace.of(each.issued_on, each.issued_at, each.public_id),
            accounts=(accounts[each.account_id],),
            money=each.closing,
            bill=each,
        )
        for each in rows
    ]
