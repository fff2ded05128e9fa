"""Make one order over many accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError

from svet.accounts.queries import AccountView, visible_accounts
from svet.accounts.rules import Right
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.ids import new_public_id, new_receipt_number
from svet.kernel.money import Money
from svet.kernel.places import Place, path_of
from svet.kernel.refusals import Conflict, NotFound, Refused
from svet.kernel.transactions import use_case
from svet.limits import operations as limits
from svet.limits.rules import LimitName
from svet.payments.models import BoundCard, LaterLine, Order, OrderLine, Shop, StateChange
from svet.payments.operations.cards import CardRefused, card_to_charge
from svet.payments.queries.payees import Share, check_one_payee, shares
from svet.payments.queries.series import carried_on, next_step
from svet.payments.queries.shops import shops_of
from svet.payments.rules import LIMITS, AmountRefused, body_hash, check_line
from svet.payments.rules.refusals import CardReason, OrderReason
from svet.payments.rules.states import LOOKS, PAGE_LIVES, OrderState
from svet.people import queries as people


class OrderRefused(Refused):
    """The order cannot be made as it is asked for."""


class OrderConflict(Conflict):
    """The sum is not the one the person saw, or the key already belongs to another order."""


class AccountNotPayable(NotFound):
    """One of the accounts does not exist or the actor may not pay for it: the whole order is refused."""


class SeveralPayeesRefused(OrderRefused):
    """The accounts belong to several payees; ``shares`` says what belongs to whom, in the given order."""

    def __init__(self, found: Sequence[Share]) -> None:
        super().__init__(OrderReason.SEVERAL_PAYEES, field="lines", details={"payees": len(found)})
        self.shares = tuple(found)


Line = tuple[str, Money]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """What a payer asks for: ``lines`` (outer account id, sum) under ``key``, and how it is to be paid.

    With ``in_turn`` lines of several payees make an order over those of the first, which remembers the
    others («1 из 2»); ``after`` names the order whose remembered lines these are. ``card`` is a bound card's
    outer id; ``keep_card`` binds the card typed at the bank. ``return_url_base`` is the portal's own
    origin (``https://host``); the bank sends the person back there.
    """

    lines: Sequence[Line]
    key: UUID
    expected_total: Money | None
    return_url_base: str
    receipt_email: str = ""
    card: str = ""
    keep_card: bool = False
    in_turn: bool = False
    after: str = ""

    @property
    def keeps(self) -> bool:
        """Whether a card is bound by this payment."""
        return self.keep_card and not self.card

    @property
    def fingerprint(self) -> str:
        """What a repetition under the same key is compared by."""
        return body_hash(self.lines, card=self.card, keeps_card=self.keeps)


def create_order(*, by: Actor, wanted: OrderRequest, now: datetime) -> Order:
    """Keep an order over the lines; the same key and lines give the same order. One order pays one payee.

    :raises AmountRefused: a sum is out of bounds (its ``field`` is ``amount-<account id>``)
    :raises OrderRefused: no lines, too many, an account twice, the total too big
    :raises SeveralPayeesRefused: the accounts belong to several payees, and not ``in_turn``
    :raises AccountNotPayable: an account is not visible to the actor with the right to pay
    :raises OrderConflict: the expected total differs, or the key was used for another body
    :raises CardNotFound: no such bound card of the person
    :raises CardRefused: bound cards rest after a recovery
    :raises LimitReached: too many orders in an hour
    """
    person_id = _payer(by)
    _judge(wanted.lines, expected_total=wanted.expected_total)
    known = _known(person_id=person_id, wanted=wanted)
    if known is not None:
        return known
    turns = _turns(by, wanted.lines, in_turn=wanted.in_turn)
    _check_total(turns[0])
    bound = card_to_charge(person_id=person_id, public_id=wanted.card, now=now) if wanted.card else None
    limits.spend(limit=LimitName.ORDERS_PER_PERSON, key=str(person_id), now=now)
    try:
        with use_case():
            order = _keep(wanted, by=by, turns=turns, card=bound, now=now)
    except IntegrityError:
        # The second click of a double click: the first one's order is there by now.
        known = _known(person_id=person_id, wanted=wanted)
        if known is None:
            raise
        return known
    return order


def _payer(by: Actor) -> int:
    if by.person_id is None:
        raise OrderRefused(OrderReason.NOT_A_PAYER)
    return by.person_id


def _judge(lines: Sequence[Line], *, expected_total: Money | None) -> None:
    if not lines:
        raise OrderRefused(OrderReason.NOTHING_CHOSEN, field="lines")
    if len(lines) > LIMITS.lines_max:
        raise OrderRefused(OrderReason.TOO_MANY_LINES, field="lines", details={"max": LIMITS.lines_max})
    if len({account for account, _ in lines}) != len(lines):
        raise OrderRefused(OrderReason.TWICE, field="lines")
    for account, money in lines:
        check_line(money, field=f"amount-{account}")
    total = Money.total(money for _, money in lines)
    if expected_total is not None and expected_total != total:
        raise OrderConflict(OrderReason.SUM_CHANGED, field="total", details={"total": total})


def _check_total(lines: Sequence[Line]) -> None:
    if Money.total(money for _, money in lines) > LIMITS.total_max:
        raise OrderRefused(OrderReason.MAX_TOTAL, field="lines", details={"max": LIMITS.total_max})


def _turns(by: Actor, lines: Sequence[Line], *, in_turn: bool) -> list[Sequence[Line]]:
    """The lines payee by payee. Before any limit is spent: being told of two payees costs nothing.

    Accounts that cannot be paid are left to the check inside the transaction, which refuses all.
    """
    accounts = _found(by, [account for account, _ in lines])
    if len(accounts) != len(lines):
        return [lines]
    found = shares(lines, accounts)
    if len(found) > 1 and not in_turn:
        raise SeveralPayeesRefused(found)
    return [share.lines for share in found]


def _known(*, person_id: int, wanted: OrderRequest) -> Order | None:
    order = Order.objects.filter(person_id=person_id, key=wanted.key).first()
    if order is not None and order.body_hash != wanted.fingerprint:
        raise OrderConflict(OrderReason.KEY_REUSED, field="key")
    return order


def _keep(
    wanted: OrderRequest,
    *,
    by: Actor,
    turns: Sequence[Sequence[Line]],
    card: BoundCard | None,
    now: datetime,
) -> Order:
    person_id = _payer(by)
    accounts = _payable(by, [account for lines in turns for account, _ in lines])
    lines = turns[0]
    step, steps = next_step(person_id=person_id, after=wanted.after, payees=len(turns))
    later = [(accounts[account].account_id, money) for rest in turns[1:] for account, money in rest]
    later += carried_on(person_id=person_id, after=wanted.after, without=list(accounts))
    # Nobody's money goes to another's requisites, whatever the caller has thought of.
    check_one_payee(accounts[account] for account, _ in lines)
    total = Money.total(money for _, money in lines)
    shop = _shop_of(accounts[lines[0][0]].provider.provider_id, card=card)
    public_id = new_public_id()
    order = Order.objects.create(
        public_id=public_id,
        number=new_receipt_number("О"),
        shop=shop,
        person_id=person_id,
        state=OrderState.CREATED,
        total_kopecks=total.kopecks,
        key=wanted.key,
        body_hash=wanted.fingerprint,
        return_url=wanted.return_url_base + path_of(Place("payment-order", (public_id,))),
        receipt_email=wanted.receipt_email or people.email_of(person_id) or "",
        created_at=now,
        expires_at=now + PAGE_LIVES,
        next_look_at=now + LOOKS[0],
        card=card,
        card_reference=card.reference if card else "",
        keeps_card=wanted.keeps,
        step=step,
        steps=steps,
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order, account_id=accounts[account].account_id, position=position, kopecks=money.kopecks
        )
        for position, (account, money) in enumerate(lines)
    )
    LaterLine.objects.bulk_create(
        LaterLine(order=order, account_id=account_id, position=position, kopecks=money.kopecks)
        for position, (account_id, money) in enumerate(later)
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


def _shop_of(provider_id: int, *, card: BoundCard | None) -> Shop | None:
    """Which shop takes the payment; its bank must be the one that keeps the card."""
    shop = shops_of([provider_id])[provider_id]
    if shop is not None and shop.off_at is not None:
        raise OrderRefused(OrderReason.SHOP_OFF, field="lines")
    if card is not None and card.shop_id != (shop.pk if shop else None):
        raise CardRefused(CardReason.OTHER_SHOP, field="card")
    return shop


def _found(by: Actor, public_ids: Sequence[str]) -> dict[str, AccountView]:
    found = visible_accounts(by, public_ids=public_ids, right=Right.PAY)
    return {account.public_id: account for account in found}


def _payable(by: Actor, public_ids: Sequence[str]) -> dict[str, AccountView]:
    accounts = _found(by, public_ids)
    if len(accounts) != len(public_ids):
        raise AccountNotPayable(OrderReason.ACCOUNT_NOT_FOUND, field="lines")
    return accounts


__all__ = [
    "AccountNotPayable",
    "AmountRefused",
    "OrderConflict",
    "OrderReason",
    "OrderRefused",
    "SeveralPayeesRefused",
    "create_order",
]
