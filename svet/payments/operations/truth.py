"""What the bank says about a payment now, asked outside every lock and transaction."""

from __future__ import annotations

from dataclasses import dataclass

from svet.gateways import acquiring
from svet.gateways.acquiring.port import PATIENT, BankRefund, BankState, BankStatus
from svet.gateways.failures import GatewayFailure
from svet.kernel.money import Money
from svet.payments.models import Order
from svet.payments.operations.sending import BankUnavailable
from svet.payments.rules.refusals import BankReasonText


@dataclass(frozen=True, slots=True)
class Truth:
    """A payment and its refunds. Facts only grow, so an answer that is late by some others is no lie."""

    status: BankStatus
    refunds: tuple[BankRefund, ...]

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
        return Money.total(refund.amount for refund in self.done) < self.status.refunded


def ask_bank(order: Order, *, patience: float = PATIENT) -> Truth:
    """Ask for the payment first and for its refunds after it: the list is never the older one.

    :raises BankUnavailable: the bank does not answer
    """
    bank = acquiring.gateway()
    try:
        status = bank.status(reference=order.bank_reference, patience=patience)
        refunds: tuple[BankRefund, ...] = ()
        if status.refunded:
            refunds = bank.refunds(reference=order.bank_reference, patience=patience)
    except GatewayFailure as failure:
        raise BankUnavailable(BankReasonText.BANK_SILENT, details={"code": failure.code}) from failure
    return Truth(status, refunds)
