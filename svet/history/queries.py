"""The feed: readings, payments and bills of one cabinet in one order, a constant number of queries a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from django.utils import timezone

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountCard, GroupView
from svet.bills import queries as bills
from svet.bills.queries import BillSummary
from svet.history.rules import CardKind as CardKind
from svet.history.rules import FeedPlace, HistoryFilters, HistoryReason, Operation, opaque_key, window_start
from svet.history.rules import NotInCabinet as NotInCabinet
from svet.kernel.actors import Actor
from svet.kernel.money import ZERO, Money
from svet.kernel.periods import Month
from svet.ledger import queries as ledger
from svet.ledger.queries import LedgerEntry
from svet.metering import queries as metering
from svet.metering.queries import DisputeView, SetChange, SetView
from svet.metering.rules import ReadingKind
from svet.payments import queries as payments
from svet.payments.queries import ImportedPaymentView, OrderView, RefundView
from svet.payments.rules.states import OrderState

PAGE = 40
EXPORT = 20_000


@dataclass(frozen=True, slots=True)
class HistoryCard:
    """One thing that happened: by ``kind`` a ``reading``, ``order``, ``register``, ``bill`` or ``entry``.

    ``entry`` is what somebody decided upon: a balance brought, a transfer, a correction, a write-off.
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
        return self.bill.total if self.bill is not None else ZERO


@dataclass(frozen=True, slots=True)
class MonthOfCards:
    """A month with what it adds up to under the filter, and the cards of this page."""

    month: Month
    paid: Money
    charged: Money
    cards: tuple[HistoryCard, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of the feed; ``before`` is where the next one starts, None at the end."""

    groups: tuple[GroupView, ...]
    months: tuple[MonthOfCards, ...]
    before: FeedPlace | None

    @property
    def has_accounts(self) -> bool:
        return any(group.cards for group in self.groups)


def timeline(
    *,
    actor: Actor,
    filters: HistoryFilters,
    before: FeedPlace | None = None,
    size: int = PAGE,
    own: Sequence[GroupView] | None = None,
) -> Timeline:
    """A page of the feed, newest first; ``own`` are the actor's groups where they are known already.

    :raises NotInCabinet: the filter names a stranger's thing
    """
    groups = _groups(actor) if own is None else tuple(own)
    cards: dict[int, AccountCard] = {card.account_id: card for card in _chosen(groups, filters)}
    end = filters.end
    if before is not None:
        end = min(end, Month.of(before.day).end)
    if end <= filters.since:
        return Timeline(groups, (), None)
    start = window_start(end=end, since=filters.since, accounts=len(cards))
    found = _load(cards, filters, since=start, end=end, before=before, size=size + 1)
    rest = [card for card in found if before is None or card.place < before]
    page = _with_tracks(rest[:size])
    following: FeedPlace | None = None
    if len(rest) > size:
        following = page[-1].place
    elif start > filters.since:
        following = FeedPlace(start, 0, "0")
    return Timeline(groups, _months(found, page), following)


def everything(
    *, actor: Actor, filters: HistoryFilters, own: Sequence[GroupView] | None = None
) -> list[HistoryCard]:
    """All cards of the filter for an export, newest first; ``own`` as for a page. :raises NotInCabinet:"""
    groups = _groups(actor) if own is None else own
    cards: dict[int, AccountCard] = {card.account_id: card for card in _chosen(groups, filters)}
    return _load(cards, filters, since=filters.since, end=filters.end, size=EXPORT)[:EXPORT]


def _with_tracks(page: Sequence[HistoryCard]) -> list[HistoryCard]:
    """The same cards, readings with their course: two queries however many there are."""
    sets = [card.reading.set_id for card in page if card.reading is not None]
    changes = metering.changes_of(sets) if sets else {}
    control = [card.reading.set_id for card in page if card.kind is CardKind.CONTROL and card.reading]
    disputes = metering.disputes_of(control) if control else {}
    return [
        card
        if card.reading is None
        else replace(
            card,
            changes=tuple(changes[card.reading.set_id]),
            dispute=disputes.get(card.reading.set_id),
        )
        for card in page
    ]


def _groups(actor: Actor) -> tuple[GroupView, ...]:
    return tuple(account_queries.cabinet(actor.person_id)) if actor.person_id is not None else ()


def _chosen(groups: Sequence[GroupView], filters: HistoryFilters) -> list[AccountCard]:
    """The accounts the filter leaves."""
    if filters.group and all(group.public_id != filters.group for group in groups):
        raise NotInCabinet(HistoryReason.NOT_FOUND, field="group")
    cards = [card for group in groups for card in group.cards]
    if filters.provider and all(card.provider.public_id != filters.provider for card in cards):
        raise NotInCabinet(HistoryReason.NOT_FOUND, field="provider")
    if filters.account and all(card.public_id != filters.account for card in cards):
        raise NotInCabinet(HistoryReason.NOT_FOUND, field="account")
    return [
        card
        for card in cards
        if filters.group in ("", card.group_public_id)
        and filters.provider in ("", card.provider.public_id)
        and filters.account in ("", card.public_id)
    ]


def _load(
    accounts: Mapping[int, AccountCard],
    filters: HistoryFilters,
    *,
    since: date,
    end: date,
    size: int,
    before: FeedPlace | None = None,
) -> list[HistoryCard]:
    """The cards of ``since`` ≤ day < ``end``, newest first; of readings the first ``size`` before a place."""
    if not accounts:
        return []
    ids = list(accounts)
    found: list[HistoryCard] = []
    operations = {ReadingKind.CONTROL: Operation.CONTROL}
    kinds = [kind for kind in ReadingKind if filters.wants(operations.get(kind, Operation.READINGS))]
    if kinds and not filters.by_sum:
        # Some meters send thousands. Money is loaded whole: a month's heading adds it up.
        place = None if before is None else (before.day, before.moment, before.key)
        sets = metering.reading_sets(
            account_ids=ids, since=since, until=end, kinds=kinds, before=place, limit=size
        )
        found += _readings(sets, accounts)
    if filters.wants(Operation.PAYMENTS):
        first, last = _midnight(since), _midnight(end)
        found += _orders(payments.orders(account_ids=ids, since=first, until=last), accounts)
        refunded = payments.refunded_orders(account_ids=ids, since=first, until=last)
        found += _refunds(refunded, accounts, since=first, until=last)
        found += _acts(ledger.entries_by_hand(account_ids=ids, since=since, until=end), accounts)
        found += _registers(payments.register_payments(account_ids=ids, since=first, until=last), accounts)
    if filters.wants(Operation.BILLS):
        found += _bills(bills.bills(account_ids=ids, since=since, until=end), accounts)
    fitting = (card for card in found if filters.fits(card.money))
    return sorted(fitting, key=lambda card: card.place, reverse=True)


def _readings(sets: Iterable[SetView], accounts: Mapping[int, AccountCard]) -> list[HistoryCard]:
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


def _orders(orders: Iterable[OrderView], accounts: Mapping[int, AccountCard]) -> list[HistoryCard]:
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


def _refunds(
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


def _registers(rows: Iterable[ImportedPaymentView], accounts: Mapping[int, AccountCard]) -> list[HistoryCard]:
    found = []
    for each in rows:
        key = opaque_key(f"{each.source}:{each.external_id}")
        found.append(
            HistoryCard(
                kind=CardKind.REGISTER,
                place=FeedPlace.of(date.fromisoformat(each.paid_on), each.applied_at, key),
                accounts=(accounts[each.account_id],),
                money=each.money,
                register=each,
            )
        )
    return found


def _acts(rows: Iterable[tuple[int, LedgerEntry]], accounts: Mapping[int, AccountCard]) -> list[HistoryCard]:
    return [
        HistoryCard(
            kind=CardKind.ACT,
            place=FeedPlace.of(
                entry.effective_on, entry.occurred_at, opaque_key(f"{entry.key}:{account_id}")
            ),
            accounts=(accounts[account_id],),
            money=entry.money,
            entry=entry,
        )
        for account_id, entry in rows
    ]


def _bills(rows: Iterable[BillSummary], accounts: Mapping[int, AccountCard]) -> list[HistoryCard]:
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


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


def _months(found: Sequence[HistoryCard], page: Sequence[HistoryCard]) -> tuple[MonthOfCards, ...]:
    """The months of the page's cards; their sums are of all cards found, also those of other pages."""
    shown: dict[Month, list[HistoryCard]] = {}
    for card in page:
        shown.setdefault(Month.of(card.day), []).append(card)
    return tuple(
        MonthOfCards(
            month=month,
            paid=Money.total(card.paid for card in found if Month.of(card.day) == month),
            charged=Money.total(card.charged for card in found if Month.of(card.day) == month),
            cards=tuple(cards),
        )
        for month, cards in shown.items()
    )
