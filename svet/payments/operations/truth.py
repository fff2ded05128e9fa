"""What the bank says about a payment, asked outside every lock, and what is kept of it: facts that join."""

from __future__ import annotations

from dataclasses import dataclass, replace

from svet.gateways.acquiring.port import PATIENT, BankRefund, BankState, BankStatus, RefundsTold
from svet.gateways.failures import GatewayFailure, Temporary
from svet.kernel.money import Money
from svet.payments.models import Order
from svet.payments.operations.sending import BankUnavailable
from svet.payments.operations.shops import bank_of
from svet.payments.queries.payees import has_one_payee
from svet.payments.rules.facts import BankStanding, Fact, Ordered
from svet.payments.rules.refusals import BankReasonText
from svet.payments.rules.states import OrderState

_STANDINGS = {
    BankState.PENDING: BankStanding.PENDING,
    BankState.CANCELED: BankStanding.DEAD,
    BankState.PAID: BankStanding.PAID,
}
_KEPT = {
    OrderState.WAITING: BankStanding.PENDING,
    OrderState.CANCELED: BankStanding.DEAD,
    OrderState.FAILED: BankStanding.DEAD,
    OrderState.PAID: BankStanding.PAID,
    OrderState.CREDITED: BankStanding.PAID,
    OrderState.RETURNED: BankStanding.PAID,
}
_TAKEN = frozenset({OrderState.CREDITED, OrderState.RETURNED})


@dataclass(frozen=True, slots=True)
class Truth:
    """A payment and its refunds. Facts only grow, so an answer that is late by some others is no lie.

    ``credited`` tells that the order was credited before the bank was asked: such an answer is no late one.
    With ``as_total`` the bank names no refunds: ``status.refunded`` is all it tells of them.
    """

    status: BankStatus
    refunds: tuple[BankRefund, ...]
    credited: bool = False
    as_total: bool = False

    @property
    def done(self) -> tuple[BankRefund, ...]:
        """The refunds that were made, of this payment."""
        return tuple(
            refund
            for refund in self.refunds
            if refund.state is BankState.PAID and refund.payment == self.status.reference
        )

    @property
    def untold(self) -> bool:
        """Whether the bank has given back more than its list of refunds shows so far."""
        return not self.as_total and Money.total(refund.amount for refund in self.done) < self.status.refunded


def ask_bank(order: Order, *, patience: float = PATIENT) -> Truth:
    """Ask for the payment first and for its refunds after it: the list is never the older one.

    :raises BankUnavailable: the bank does not answer
    """
    try:
        bank = bank_of(order.shop)
        status = status_of(order, patience=patience)
        refunds: tuple[BankRefund, ...] = ()
        as_total = bank.capabilities.refunds_told is RefundsTold.TOTAL
        if status.refunded and not as_total:
            refunds = bank.refunds(reference=order.bank_reference, patience=patience)
    except GatewayFailure as failure:
        raise BankUnavailable(BankReasonText.BANK_SILENT, details={"code": failure.code}) from failure
    return Truth(status, refunds, credited=order.state == OrderState.CREDITED, as_total=as_total)


def ask_status(order: Order, *, patience: float = PATIENT) -> BankStatus:
    """Ask for the payment alone. :raises BankUnavailable: the bank does not answer"""
    try:
        return status_of(order, patience=patience)
    except GatewayFailure as failure:
        raise BankUnavailable(BankReasonText.BANK_SILENT, details={"code": failure.code}) from failure


def status_of(order: Order, *, patience: float = PATIENT) -> BankStatus:
    """Ask for the payment alone, with the card kept at it. :raises GatewayFailure: no answer"""
    bank = bank_of(order.shop)
    status = whole(bank.status(reference=order.bank_reference, patience=patience), order)
    kept_now = status.state is BankState.PAID and order.keeps_card and status.card is None
    if kept_now and order.state not in _TAKEN and bank.capabilities.tells_card_apart:
        card = bank.kept_card(order_id=order.public_id, patience=patience)
        status = replace(status, card=card)
    return status


def whole(status: BankStatus, order: Order) -> BankStatus:
    """An answer that tells only what is left, with what was taken and given back: that we know.

    :raises Temporary: more is left than was ever taken
    """
    if status.left is None:
        return status
    taken = Money(order.total_kopecks if order.taken_kopecks is None else order.taken_kopecks)
    if status.left > taken:
        raise Temporary("the bank has more left than it took", code="left")
    return replace(status, amount=taken, refunded=taken - status.left, left=None)


def told(status: BankStatus) -> Fact:
    """What an answer says. Names and sums of refunds are joined in their own table, by the bank's names."""
    standing = _STANDINGS.get(status.state, BankStanding.NONE)
    paid = standing is BankStanding.PAID
    return Fact(
        standing,
        status.amount.kopecks if paid else None,
        status.currency if paid else None,
        status.reference,
        status.order_id,
        refunded=status.refunded.kopecks,
    )


def kept(order: Order) -> Fact:
    """What is known of the order's payment: of two sums or currencies it keeps the one that came first."""
    known = order.taken_kopecks is not None or order.taken_currency
    standing = BankStanding.PAID if known else _KEPT.get(OrderState(order.state), BankStanding.NONE)
    return Fact(standing, order.taken_kopecks, order.taken_currency or None)


def ordered(order: Order) -> Ordered:
    """What the order's payment is held against."""
    return Ordered(order.total_kopecks, order.public_id, order.bank_reference, has_one_payee(order))
