"""The feed: readings, payments and bills of one cabinet in one order, a constant number of queries a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from django.utils import timezone

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountCard, GroupView
from svet.bills import queries as bills
from svet.history.queries.cards import HistoryCard as HistoryCard
from svet.history.queries.cards import (
    act_cards,
    bill_cards,
    charge_cards,
    order_cards,
    reading_cards,
    refund_cards,
    register_cards,
)
from svet.history.rules import CardKind as CardKind
from svet.history.rules import FeedPlace, HistoryFilters, HistoryReason, Operation, window_start
from svet.history.rules import NotInCabinet as NotInCabinet
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.ledger import queries as ledger
from svet.ledger.queries import BY_HAND
from svet.metering import queries as metering
from svet.metering.rules import ReadingKind
from svet.payments import queries as payments

PAGE = 40
EXPORT = 20_000


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
    """The same cards, readings with their course: three queries however many there are."""
    sets = [card.reading.set_id for card in page if card.reading is not None]
    changes = metering.changes_of(sets) if sets else {}
    waiting = [card.reading.set_id for card in page if card.reading and card.reading.state == "accepted"]
    instead = metering.passed_over(waiting) if waiting else {}
    control = [card.reading.set_id for card in page if card.kind is CardKind.CONTROL and card.reading]
    disputes = metering.disputes_of(control) if control else {}
    return [
        card
        if card.reading is None
        else replace(
            card,
            changes=tuple(changes[card.reading.set_id]),
            passed_over=instead.get(card.reading.set_id, ""),
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
        found += reading_cards(sets, accounts)
    if filters.wants(Operation.PAYMENTS):
        first, last = _midnight(since), _midnight(end)
        found += order_cards(payments.orders(account_ids=ids, since=first, until=last), accounts)
        refunded = payments.refunded_orders(account_ids=ids, since=first, until=last)
        found += refund_cards(refunded, accounts, since=first, until=last)
        acts = ledger.entries_of_kinds(account_ids=ids, kinds=BY_HAND, since=since, until=end)
        found += act_cards(acts, accounts, CardKind.ACT)
        outside = payments.register_payments(account_ids=ids, since=first, until=last)
        found += register_cards(outside, accounts)
    if filters.wants(Operation.BILLS):
        found += bill_cards(bills.bills(account_ids=ids, since=since, until=end), accounts)
        found += charge_cards(accounts, since=since, until=end)
    fitting = (card for card in found if filters.fits(card.money))
    return sorted(fitting, key=lambda card: card.place, reverse=True)


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
