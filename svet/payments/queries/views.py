"""What the reads of payments give: orders, their lines, steps and refunds, payments of registers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from svet.kernel.money import Money
from svet.kernel.refusals import NotFound
from svet.payments.queries.cards import means_shown
from svet.payments.rules.chargebacks import ChargebackState
from svet.payments.rules.receipts import ReceiptMaker
from svet.payments.rules.states import NOT_GIVEN, OrderState, RefundState


class OrderNotFound(NotFound):
    """No such order, or it is somebody else's."""


@dataclass(frozen=True, slots=True)
class LineView:
    """What an order pays to one account."""

    account_id: int
    account_public_id: str
    account_number: str
    provider_name: str
    money: Money


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One step in the life of an order."""

    old: str
    new: OrderState
    at: datetime
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class RefundView:
    """What of one refund came off the accounts asked for; ``refunded_at`` is when, by its state."""

    reference: str
    money: Money
    refunded_at: datetime
    account_ids: tuple[int, ...]
    state: RefundState = RefundState.DONE

    @property
    def back(self) -> Money:
        """The sum with the sign it has among payments."""
        return -self.money

    @property
    def failed(self) -> bool:
        """Whether nothing was given back after all."""
        return self.state in NOT_GIVEN


@dataclass(frozen=True, slots=True)
class PaymentDisputeView:
    """What a dispute at the bank means to the accounts asked for; ``on`` is the day of its last letter."""

    state: ChargebackState
    money: Money
    on: date

    @property
    def back(self) -> Money:
        """The sum with the sign it has among payments."""
        return -self.money


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order as the asker may see it: ``lines``, ``total``, ``refunds`` hold only the accounts asked for.

    ``refunds`` are those made, ``promised`` what we have taken off the accounts for: on its way, or not made
    after all; ``disputes`` are those at the bank. «``step`` из ``steps``» is its place among the orders of
    one «Оплатить» for several payees. ``unattended``: autopay made it. ``bank``: whose API its shop speaks,
    ``untouched`` that no bank has begun it though it was sent, ``receipts`` who makes its fiscal receipt,
    ``by_card`` that a bound card is charged, without a page.
    """

    order_id: int
    public_id: str
    number: str
    person_id: int
    state: OrderState
    total: Money
    lines: tuple[LineView, ...]
    changes: tuple[ChangeView, ...]
    created_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    credited_at: datetime | None
    looked_at: datetime | None
    bank_page_url: str
    bank_reason: str
    bank_method: str
    receipt_email: str
    refunds: tuple[RefundView, ...] = ()
    promised: tuple[RefundView, ...] = ()
    disputes: tuple[PaymentDisputeView, ...] = ()
    step: int = 1
    steps: int = 1
    unattended: bool = False
    bank: str = ""
    untouched: bool = False
    receipts: ReceiptMaker = ReceiptMaker.BANK
    by_card: bool = False

    @property
    def paid_by(self) -> str:
        """What it was paid by, as the reader knows it."""
        return means_shown(self.bank_method)

    @property
    def refunded(self) -> Money:
        """What the bank has given back of it."""
        return Money.total(refund.money for refund in self.refunds)

    @property
    def on_its_way_back(self) -> Money:
        """What is off the accounts, and the bank has not said that it gave it back."""
        return Money.total(refund.money for refund in self.promised if not refund.failed)

    @property
    def disputed(self) -> Money:
        """What the bank withholds of it until a dispute ends."""
        return Money.total(one.money for one in self.disputes if one.state is ChargebackState.TOLD)

    @property
    def came_back(self) -> Money:
        """What the payer has got back of it: by refunds, and by disputes that were lost."""
        lost = Money.total(one.money for one in self.disputes if one.state is ChargebackState.LOST)
        return self.refunded + lost

    @property
    def returned(self) -> bool:
        """Whether nothing of it is left with us."""
        back = self.came_back
        return self.state is OrderState.RETURNED or (bool(back) and back == self.total)


@dataclass(frozen=True, slots=True)
class ImportedPaymentView:
    """A payment that came through a bank's or post's register."""

    account_id: int
    source: str
    external_id: str
    money: Money
    paid_on: str
    applied_at: datetime
