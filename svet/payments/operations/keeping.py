"""The rows of an order, alone or as one of a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from svet.accounts.queries import AccountView
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.ids import new_public_id, new_receipt_number
from svet.kernel.money import Money
from svet.kernel.places import Place, path_of
from svet.kernel.transactions import require_transaction
from svet.payments.models import BoundCard, Order, OrderLine, PaymentSeries, Shop, StateChange
from svet.payments.operations.receipts import maker_of
from svet.payments.operations.requests import Lines, OrderRequest
from svet.payments.queries.parts import owed
from svet.payments.queries.payees import check_one_payee
from svet.payments.rules.states import LOOKS, PAGE_LIVES, OrderState
from svet.people import queries as people


@dataclass(frozen=True, slots=True)
class OrderPlace:
    """Where an order stands in what one press makes; with ``ends`` no part of its row comes after it."""

    key: UUID
    step: int
    steps: int
    shop: Shop | None
    card: BoundCard | None
    series: PaymentSeries | None
    ends: bool
    unattended: bool = False

    @property
    def is_first(self) -> bool:
        return self.series is None or self.step == self.series.first_step

    @property
    def reference(self) -> str:
        """The bank's name of the card; a later part learns it when its turn comes."""
        return self.card.reference if self.card and self.is_first else ""

    @property
    def keeps(self) -> bool:
        """Whether the bank keeps the card of this order for the other parts."""
        return self.is_first and self.card is None and not self.ends


def keep_series(
    wanted: OrderRequest, *, by: Actor, step: int, card: BoundCard | None, now: datetime
) -> PaymentSeries:
    """The row that one press pays (a step)."""
    require_transaction()
    return PaymentSeries.objects.create(
        person_id=by.person_id or 0,
        card=card,
        remembers=wanted.keeps,
        first_step=step,
        page_step=step if card is None else None,
        created_at=now,
        expires_at=now + PAGE_LIVES,
    )


def keep_one(
    wanted: OrderRequest,
    *,
    by: Actor,
    accounts: Mapping[str, AccountView],
    lines: Lines,
    place: OrderPlace,
    now: datetime,
) -> Order:
    """One order, at its place (a step). :raises SeveralPayees: its accounts belong to several"""
    require_transaction()
    person_id = by.person_id or 0
    # Nobody's money goes to another's requisites, whatever the caller has thought of.
    check_one_payee(accounts[account] for account, _ in lines)
    total = Money.total(money for _, money in lines)
    public_id = new_public_id()
    order = Order.objects.create(
        public_id=public_id,
        number=new_receipt_number("О"),
        shop=place.shop,
        receipts=maker_of(place.shop).value,
        person_id=person_id,
        state=OrderState.CREATED,
        total_kopecks=total.kopecks,
        key=place.key,
        body_hash=wanted.fingerprint,
        return_url=wanted.return_url_base + path_of(Place("payment-order", (public_id,))),
        receipt_email=wanted.receipt_email or people.email_of(person_id) or "",
        created_at=now,
        expires_at=now + PAGE_LIVES,
        next_look_at=now + LOOKS[0],
        card=place.card,
        card_reference=place.reference,
        keeps_card=(place.is_first and wanted.keeps) or place.keeps,
        unattended=place.unattended,
        step=place.step,
        steps=place.steps,
        series=place.series,
    )
    ids = [accounts[account].account_id for account, _ in lines]
    owes = {} if place.is_first else owed(ids)
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            account_id=account_id,
            position=position,
            kopecks=money.kopecks,
            owed_kopecks=owes[account_id].kopecks if account_id in owes else None,
        )
        for position, (account_id, (_, money)) in enumerate(zip(ids, lines, strict=True))
    )
    StateChange.objects.create(order=order, old="", new=OrderState.CREATED, at=now, by=str(by.kind))
    journal.record(
        by=by,
        action="payments.order.create",
        subject="order",
        subject_id=order.public_id,
        now=now,
        after={"number": order.number, "total_kopecks": total.kopecks, "lines": len(lines)},
    )
    return order
