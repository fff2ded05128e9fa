"""Charges of a bound card that were agreed upon before, with nobody before a screen."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import suppress
from uuid import UUID

from antithesis.assertions import reachable

from svet.accounts.models import Account
from svet.accounts.queries import accounts_by_id
from svet.kernel.money import Money
from svet.kernel.transactions import use_case
from svet.payments import operations
from svet.payments.models import BoundCard, Order
from svet.payments.operations.unattended import keep_unattended, send_unattended, withdraw_unattended
from svet.payments.rules.states import OrderState
from tests.chaos.lives.common import first_away, state
from tests.chaos.play import GOOD, LAST_POINT, Play


def charged_as_agreed(play: Play) -> Iterator[None]:
    account, card = yield from kept_card(play)
    if card is None:
        return
    kopecks, key = play.sum(), UUID(int=play.random.getrandbits(128), version=4)

    def charge() -> None:
        order_id = kept_charge(play, account, card, kopecks=kopecks, key=key)
        send_unattended(order_id=order_id, may=lambda: True, now=play.now)

    play.dies(charge, at=play.random.randint(6, LAST_POINT))
    order_id = kept_charge(play, account, card, kopecks=kopecks, key=key)
    died = play.dies(
        lambda: send_unattended(order_id=order_id, may=lambda: True, now=play.now),
        at=play.random.randint(1, 4),
    )
    if died:
        reachable("killed between keeping and charging what was agreed", {})
    with suppress(operations.BankUnavailable):
        charge()
    order = Order.objects.get(key=key)
    play.settle(order)
    play.town.expect(account, -kopecks)
    if state(order) is OrderState.CREDITED and not order.bank_page_url:
        reachable("what was agreed was charged once and without a page", {})
    yield
    play.settle(order)


def ended_between(play: Play) -> Iterator[None]:
    """The agreement ends when its charge is kept and no bank has begun it."""
    account, card = yield from kept_card(play)
    if card is None:
        return
    key = UUID(int=play.random.getrandbits(128), version=4)
    order_id = kept_charge(play, account, card, kopecks=play.sum(), key=key)
    sent = send_unattended(order_id=order_id, may=lambda: False, now=play.now)

    def withdrawn() -> None:
        with use_case():
            withdraw_unattended(order_id=order_id, note="ended", by="chaos", now=play.now)

    play.may_die(withdrawn)
    order = Order.objects.get(pk=order_id)
    if not sent and state(order) is OrderState.CANCELED and not order.bank_reference:
        reachable("an agreement that ended in between sent nothing", {})
    yield
    send_unattended(order_id=order_id, may=lambda: True, now=play.now)


def kept_card(play: Play, *, at: str = "") -> Generator[None, None, tuple[Account, BoundCard | None]]:
    """An account, and the card that a bank keeps from its first payment; None: somebody unbound it.

    ``at``: the shop whose bank it is; the first one's when empty.
    """
    account, kopecks = play.account(), play.sum()
    if at:
        play.prefers(at)
        with first_away(play):
            first = play.begin([(account, kopecks)], keep_card=True, dies=False)
            play.settle(first)
        play.back()
    else:
        first = play.begin([(account, kopecks)], keep_card=True)
    yield
    play.type_card(first)
    play.town.expect(account, -kopecks)
    play.settle(first)
    cards = BoundCard.objects.filter(person=play.town.anna, unbound_at=None, last4=GOOD[-4:])
    return account, (cards.filter(shop__code=at) if at else cards.filter(shop=None)).first()


def kept_charge(play: Play, account: Account, card: BoundCard, *, kopecks: int, key: UUID) -> int:
    with use_case():
        return keep_unattended(
            person_id=play.town.anna.pk,
            card_public_id=card.public_id,
            account=accounts_by_id([account.pk])[0],
            money=Money(kopecks),
            key=key,
            by="chaos",
            now=play.now,
        )
