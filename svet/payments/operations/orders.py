"""Make one order over many accounts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid5

from django.db import IntegrityError

from svet.accounts.queries import AccountView, visible_accounts
from svet.accounts.rules import Right
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.transactions import use_case
from svet.limits import operations as limits
from svet.limits.rules import LimitName
from svet.payments.models import BoundCard, LaterLine, Order, Shop
from svet.payments.operations.cards import CardRefused, card_to_charge
from svet.payments.operations.keeping import OrderPlace, keep_one, keep_series
from svet.payments.operations.requests import (
    AccountNotPayable,
    Line,
    Lines,
    OrderConflict,
    OrderRefused,
    OrderRequest,
    SeveralPayeesRefused,
)
from svet.payments.queries.parts import beyond_row, rows
from svet.payments.queries.payees import shares
from svet.payments.queries.series import carried_on, next_step
from svet.payments.queries.shops import common_shops, in_order, silent_shops
from svet.payments.rules import LIMITS, AmountRefused, check_line
from svet.payments.rules.refusals import CardReason, OrderReason


def create_order(
    *, by: Actor, wanted: OrderRequest, now: datetime, then: Callable[[Order], None] | None = None
) -> Order:
    """Keep an order over the lines; the same key and lines give the same order. One order pays one payee.

    ``then`` is done in the transaction of an order that is new.

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
    row, turns = _turns(by, wanted)
    for lines in [*row, *turns[:1]]:
        _check_total(lines)
    bound = card_to_charge(person_id=person_id, public_id=wanted.card, now=now) if wanted.card else None
    limits.spend(limit=LimitName.ORDERS_PER_PERSON, key=str(person_id), now=now)
    try:
        with use_case():
            order = _keep(wanted, by=by, row=row, turns=turns, card=bound, now=now)
            if then is not None:
                then(order)
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


def _turns(by: Actor, wanted: OrderRequest) -> tuple[list[Lines], list[Lines]]:
    """The lines payee by payee: those paid in a row now, and those that wait for another press.

    Before any limit is spent: being told of two payees costs nothing. Accounts that cannot be paid are left
    to the check inside the transaction, which refuses all.
    """
    accounts = _found(by, [account for account, _ in wanted.lines])
    if len(accounts) != len(wanted.lines):
        return [wanted.lines], []
    found = shares(wanted.lines, accounts, due=wanted.due)
    groups = rows(found)
    row = groups[0] if wanted.in_row else found[:1]
    rest = [share for group in groups for share in group if share not in row]
    if rest and not wanted.in_turn:
        payees = [share.provider.provider_id for share in found]
        raise SeveralPayeesRefused(found, too_many=wanted.in_row and bool(beyond_row(payees)))
    return [share.lines for share in row], [share.lines for share in rest]


def _known(*, person_id: int, wanted: OrderRequest) -> Order | None:
    order = Order.objects.filter(person_id=person_id, key=wanted.key).first()
    if order is not None and order.body_hash != wanted.fingerprint:
        raise OrderConflict(OrderReason.KEY_REUSED, field="key")
    return order


def _keep(
    wanted: OrderRequest,
    *,
    by: Actor,
    row: Sequence[Lines],
    turns: Sequence[Lines],
    card: BoundCard | None,
    now: datetime,
) -> Order:
    """The order, or all of a row; the first is returned, the last remembers what waits for another press."""
    person_id = _payer(by)
    accounts = _payable(by, [account for lines in [*row, *turns] for account, _ in lines])
    step, steps = next_step(person_id=person_id, after=wanted.after, payees=len(row) + len(turns))
    shop = _shop_of(accounts, row, card=card)
    place = OrderPlace(
        key=wanted.key,
        step=step,
        steps=steps,
        shop=shop,
        card=card,
        series=keep_series(wanted, by=by, step=step, card=card, now=now) if len(row) > 1 else None,
        ends=len(row) == 1,
    )
    first = keep_one(wanted, by=by, accounts=accounts, lines=row[0], place=place, now=now)
    last = first
    for at, lines in enumerate(row[1:], start=1):
        key = uuid5(wanted.key, f"part {at}")
        following = replace(place, key=key, step=step + at, ends=at == len(row) - 1)
        last = keep_one(wanted, by=by, accounts=accounts, lines=lines, place=following, now=now)
    later = [(accounts[account].account_id, money) for rest in turns for account, money in rest]
    later += carried_on(person_id=person_id, after=wanted.after, without=list(accounts))
    LaterLine.objects.bulk_create(
        LaterLine(order=last, account_id=account_id, position=position, kopecks=money.kopecks)
        for position, (account_id, money) in enumerate(later)
    )
    return first


def _shop_of(
    accounts: Mapping[str, AccountView], row: Sequence[Lines], *, card: BoundCard | None
) -> Shop | None:
    """Which shop takes the payments of a row: the first whose bank answers, or who keeps the card."""
    providers = [accounts[lines[0][0]].provider.provider_id for lines in row]
    able = common_shops(providers, row=len(row) > 1)
    if card is not None and card.shop not in able:
        raise CardRefused(CardReason.OTHER_SHOP, field="card")
    found = in_order(able if card is None else [card.shop], silent=silent_shops())
    if not found:
        raise OrderRefused(OrderReason.SHOP_OFF, field="lines")
    return found[0]


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
    "OrderRequest",
    "SeveralPayeesRefused",
    "create_order",
]
