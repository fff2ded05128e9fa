"""Where a series of parts stands: read from its orders, and from what surrounds the part whose turn it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from svet.accounts.queries import visible_accounts
from svet.accounts.rules import Right
from svet.kernel.actors import Actor
from svet.kernel.ids import AccountId
from svet.kernel.money import ZERO, Money
from svet.ledger import queries as ledger
from svet.payments.models import BoundCard, Order, OrderLine, PaymentSeries, StateChange
from svet.payments.queries.cards import card_view
from svet.payments.queries.payees import Share
from svet.payments.queries.shops import current_shops, shops_of
from svet.payments.queries.transit import in_transit
from svet.payments.rules.parts import (
    ASKS,
    MAY,
    MOST_IN_ROW,
    PartAct,
    PartFacts,
    SeriesFacts,
    SeriesNeed,
    current,
    need,
)
from svet.payments.rules.states import OrderState
from svet.people import queries as people

#: For how long «Оплата» reminds of a series that waits for a word.
REMINDED = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class SeriesPart:
    """One part: its last try."""

    order_id: int
    public_id: str
    number: str
    step: int
    payee: str
    total: Money
    state: OrderState
    bank_page_url: str
    looked_at: datetime | None


@dataclass(frozen=True, slots=True)
class SeriesView:
    """One «Оплатить» over several payees; ``at`` is the place of the part whose turn it is."""

    parts: tuple[SeriesPart, ...]
    need: SeriesNeed
    at: int
    card: str
    steps: int
    #: What the person may say now.
    acts: tuple[PartAct, ...]
    #: Why the bank did not take the part whose turn it is.
    reason: str = ""

    @property
    def current(self) -> SeriesPart:
        """The part whose turn it is, the last one when all are paid."""
        return self.parts[min(self.at, len(self.parts) - 1)]

    @property
    def done(self) -> int:
        """How many parts are credited."""
        return sum(part.state is OrderState.CREDITED for part in self.parts)

    @property
    def left(self) -> Money:
        """The sum of what is not credited."""
        return Money.total(part.total for part in self.parts if part.state is not OrderState.CREDITED)

    @property
    def asks(self) -> bool:
        """Whether it stands still until the person says something."""
        return self.need in ASKS

    @property
    def moves(self) -> bool:
        """Whether something is going to happen by itself."""
        return self.need in (SeriesNeed.GO, SeriesNeed.WAIT, SeriesNeed.PAGE)


def series_of(*, person_id: int, public_id: str, now: datetime) -> SeriesView | None:
    """The series of a person's order, None when the order is alone."""
    order = (
        Order.objects.filter(person_id=person_id, public_id=public_id, series__isnull=False)
        .select_related("series__card")
        .first()
    )
    return None if order is None or order.series is None else _view(order.series, now=now)


def series_to_mind(*, person_id: int, now: datetime) -> list[SeriesView]:
    """Series of a person of the last hours that are not at their end, newest first."""
    rows = PaymentSeries.objects.filter(person_id=person_id, created_at__gte=now - REMINDED).order_by("-pk")
    found = [_view(row, now=now) for row in rows.select_related("card")]
    return [one for one in found if one.need not in (SeriesNeed.DONE, SeriesNeed.OVER)]


def parts_of(series: PaymentSeries) -> list[Order]:
    """The last try of each part, in their order."""
    rows = Order.objects.filter(series=series).select_related("shop", "card").order_by("step", "attempt")
    return list({order.step: order for order in rows}.values())


def standing(series: PaymentSeries, parts: Sequence[Order], *, now: datetime) -> SeriesNeed:
    """What the series waits for, by what is committed."""
    facts = [_facts(order, now=now) for order in parts]
    at = current(facts)
    order = parts[min(at, len(parts) - 1)]
    around = SeriesFacts(
        card=order.step == series.page_step or chargeable(series, now=now),
        changed=at < len(parts) and at > 0 and owes_otherwise(order),
        open=_is_open(order),
        expires_at=series.expires_at,
        agreed_at=series.agreed_at,
        stopped=series.stopped_at is not None or not _is_payable(series, order),
    )
    return need(facts, around, now=now)


def chargeable(series: PaymentSeries, *, now: datetime) -> bool:
    """Whether there is a card that may be charged: not unbound, and the person not just recovered by SMS."""
    card = series.card
    kept = bool(series.card_reference) or (card is not None and card.unbound_at is None)
    return kept and not people.recovered_recently(series.person_id, now=now)


def owed(account_ids: Sequence[int]) -> dict[int, Money]:
    """What accounts owe less the money on its way: what the sheet of «Оплата» counts by."""
    ids = [AccountId(key) for key in account_ids]
    balances, transit = ledger.balances(ids), in_transit(ids)
    return {key: balances[key] - transit.get(key, ZERO) for key in ids}


def owes_otherwise(order: Order) -> bool:
    """Whether an account of the order owes another sum than at the press: it was paid, or charged, since."""
    lines = list(OrderLine.objects.filter(order=order, owed_kopecks__isnull=False))
    now_owed = owed([line.account_id for line in lines])
    return any(now_owed[line.account_id].kopecks != line.owed_kopecks for line in lines)


def in_rows(payees: Sequence[int]) -> list[list[int]]:
    """Providers by the shop that takes their money now, in the order given: each list can be paid in a row.

    Where the bank keeps no cards every provider stands alone; more than :data:`MOST_IN_ROW` make several.
    """
    return [
        group[start : start + MOST_IN_ROW]
        for group in _by_shop(payees)
        for start in range(0, len(group), MOST_IN_ROW)
    ]


def beyond_row(payees: Sequence[int]) -> list[int]:
    """Those that could be paid in a row with the first one, were they not too many."""
    return _by_shop(payees)[0][MOST_IN_ROW:] if payees else []


def _by_shop(payees: Sequence[int]) -> list[list[int]]:
    shops = current_shops(payees)
    made: dict[tuple[int, int], list[int]] = {}
    for payee in payees:
        shop = shops[payee]
        alone = payee if shop is not None and not shop.keeps_cards else 0
        made.setdefault((shop.pk if shop else 0, alone), []).append(payee)
    return list(made.values())


def rows(found: Sequence[Share]) -> list[list[Share]]:
    """The same of shares."""
    by_payee: dict[int, Share] = {share.provider.provider_id: share for share in found}
    return [[by_payee[payee] for payee in group] for group in in_rows(list(by_payee))]


def _view(series: PaymentSeries, *, now: datetime) -> SeriesView:
    orders = parts_of(series)
    card: BoundCard | None = series.card
    needed = standing(series, orders, now=now)
    at = current([_facts(order, now=now) for order in orders])
    again = needed is not SeriesNeed.RETRY or orders[at].step == series.page_step
    acts = MAY.get(needed, ())
    if needed not in ASKS and not any(order.state == OrderState.CREATED for order in orders):
        acts = ()  # nothing is left that could be stopped
    if not again and not chargeable(series, now=now):
        acts = tuple(act for act in acts if act is not PartAct.RETRY)
    return SeriesView(
        parts=tuple(_part(order, now=now) for order in orders),
        need=needed,
        at=at,
        acts=acts,
        reason=orders[min(at, len(orders) - 1)].bank_reason,
        card=card_view(card).title if card and card.unbound_at is None else "",
        steps=orders[0].steps,
    )


def _part(order: Order, *, now: datetime) -> SeriesPart:
    line = order.lines.select_related("account__provider").first()
    can_go = order.state == OrderState.WAITING and now < order.expires_at
    return SeriesPart(
        order_id=order.pk,
        public_id=order.public_id,
        number=order.number,
        step=order.step,
        payee=line.account.provider.name if line else "",
        total=order.total,
        state=OrderState(order.state),
        bank_page_url=order.bank_page_url if can_go else "",
        looked_at=order.looked_at,
    )


def _facts(order: Order, *, now: datetime) -> PartFacts:
    charged = bool(order.card_reference) and not order.bank_page_url
    told = (
        StateChange.objects.filter(order=order, new=OrderState.SENT).order_by("id").first()
        if charged
        else None
    )
    has_page = order.state == OrderState.WAITING and bool(order.bank_page_url)
    return PartFacts(
        OrderState(order.state), has_page, told.at if told else None, order.credited_at if charged else None
    )


def _is_payable(series: PaymentSeries, order: Order) -> bool:
    """Whether the payer may still pay all accounts of an order: a right can end between two parts."""
    ids = list(OrderLine.objects.filter(order=order).values_list("account__public_id", flat=True))
    payer = Actor.person(series.person_id)
    return len(visible_accounts(payer, public_ids=ids, right=Right.PAY)) == len(ids)


def _is_open(order: Order) -> bool:
    """Whether the order's shop still takes new payments to its payee."""
    if order.shop is not None and order.shop.off_at is not None:
        return False
    line = order.lines.select_related("account").first()
    if line is None:
        return False
    provider = line.account.provider_id
    return order.shop in shops_of([provider])[provider]
