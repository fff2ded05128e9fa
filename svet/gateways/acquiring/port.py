"""What we ask of any bank that takes cards for us, in our own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from svet.gateways.acquiring.bank_receipts import BankReceipt, ReceiptsTold
from svet.kernel.money import ZERO, Money
from svet.kernel.periods import Month


class BankState(StrEnum):
    """Where a payment stands at the bank."""

    PENDING = "pending"
    PAID = "paid"
    CANCELED = "canceled"
    UNKNOWN = "unknown"


class BankReason(StrEnum):
    """Why the bank did not take the money."""

    DECLINED = "declined"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    AUTHENTICATION_FAILED = "authentication_failed"
    CARD_PROBLEM = "card_problem"
    LIMIT = "limit"
    FRAUD = "fraud"
    CARD_UNBOUND = "card_unbound"
    EXPIRED = "expired"
    CANCELED = "canceled"
    BANK_FAULT = "bank_fault"
    OTHER = "other"


class RefundsTold(StrEnum):
    """How a bank tells what it gave back of a payment."""

    OBJECTS = "objects"  # each refund has a name and a sum of its own
    TOTAL = "total"  # only how much in all; what is new is the difference to what was known


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a bank can do of what not every bank can. The use cases ask this, never who the bank is.

    ``repeats_open``: asking again with the same key and body never makes a second payment (for a day).
    Without it an order whose answer was lost is looked for by our number first (``found``).
    ``finds_by_number``: tells of all payments of an order by the number we gave it.
    ``repeats_refund``: a refund asked again with the same key is never given twice, but for payments by
    ``unkeyed_methods`` (their ``method`` as the bank tells it): those are asked once, and then looked at.
    ``refunds_told``: each by its name, or only a growing total.
    ``lists``: gives lists of payments and refunds of a period. Without it each order is asked about.
    ``keeps_cards``: can keep a card and charge it without a page. ``charges_apart``: it does so by a call of
    its own, made when the payment already has its name. ``tells_card_apart``: what it kept is told by a call
    of its own. ``forgets_cards``: can be told to forget one. ``asks_cvc``: a kept card is not charged but on
    a page where the person types its CVC, so never while they are away. ``refund_days``: how old a payment
    may be of which it gives money back. ``binds_sbp``: an account of СБП can be bound by the person's leave
    alone, without a payment, and charged later as a kept card is. ``makes_receipts``: makes the fiscal
    receipt of a payment of the lines we give it; where it does not the law's receipt is somebody else's work.
    ``receipts_told``: how it tells what became of that.
    """

    repeats_open: bool
    finds_by_number: bool
    repeats_refund: bool
    refunds_told: RefundsTold
    lists: bool
    keeps_cards: bool
    charges_apart: bool
    tells_card_apart: bool
    forgets_cards: bool
    unkeyed_methods: frozenset[str] = frozenset()
    asks_cvc: bool = False
    refund_days: int = 365
    binds_sbp: bool = False
    makes_receipts: bool = False
    receipts_told: ReceiptsTold = ReceiptsTold.NEVER

    def knows_refund_key(self, method: str) -> bool:
        """Whether a refund of a payment by this means may be asked for again with its key."""
        return self.repeats_refund and method not in self.unkeyed_methods


@dataclass(frozen=True, slots=True)
class Payee:
    """Who receives the money: the requisites of the provider."""

    name: str
    inn: str
    kpp: str
    bank_name: str
    bic: str
    settlement_account: str
    correspondent_account: str


@dataclass(frozen=True, slots=True)
class BankLine:
    """One line of an order: which account of the provider, and how much."""

    account_number: str
    purpose: str
    amount: Money


@dataclass(frozen=True, slots=True)
class BankOrder:
    """A request for the bank's page; repeating it with the same ``key`` never makes a second payment.

    ``card`` is the bank's name of a card it keeps for the person: it is charged at once, without a page.
    ``keep_card`` asks the bank to keep the card of this payment. ``page_until`` is how long the page shall
    live, where the bank lets us say so. ``unattended``: charged as was agreed, the person is not there.
    ``with_receipt``: the bank makes the fiscal receipt; else it is given nothing to make one of.
    """

    key: str
    order_id: str
    number: str
    total: Money
    lines: tuple[BankLine, ...]
    payee: Payee
    period: Month
    return_url: str
    email: str = ""
    phone: str = ""
    card: str = ""
    keep_card: bool = False
    page_until: datetime | None = None
    unattended: bool = False
    with_receipt: bool = True


@dataclass(frozen=True, slots=True)
class BankPage:
    """The bank's answer to an order: its own reference and the page where the card is typed.

    ``url`` is empty when there is nothing left to type.
    """

    reference: str
    url: str


@dataclass(frozen=True, slots=True)
class StoredCard:
    """A card the bank keeps for later payments: its name at the bank and what may be shown of it."""

    reference: str
    system: str
    last4: str
    expires: str


@dataclass(frozen=True, slots=True)
class BankBinding:
    """A request for the page where a person lets us charge their account of СБП; no money is taken.

    Repeating it with the same ``key`` never makes a second one.
    """

    key: str
    binding_id: str
    return_url: str


@dataclass(frozen=True, slots=True)
class BindingStatus:
    """Where a binding stands: PENDING, PAID when it may be charged from now on, CANCELED when it may not.

    ``bank_id`` is whose account it is, a number of НСПК, and ``bank`` the same in words; each is empty where
    it is not told, and then it is not known.
    """

    reference: str
    state: BankState
    binding_id: str
    bank: str = ""
    bank_id: str = ""


@dataclass(frozen=True, slots=True)
class BankStatus:
    """The truth about a payment as the bank tells it now.

    ``income`` is what comes to our settlement account of it, by the bank's own figure: the sum less its
    commission. None when the bank does not say: then it is not known.

    A ``reason`` with ``PENDING`` is a decline after which the person may try again on the same page. ``left``
    is said by banks that tell what is left of a payment and not what was taken: ``amount`` is the same then,
    and only who knows the sum taken can say what was given back.
    """

    reference: str
    state: BankState
    amount: Money
    currency: str
    order_id: str
    refunded: Money = ZERO
    reason: BankReason | None = None
    paid_at: datetime | None = None
    method: str = ""
    card: StoredCard | None = None
    income: Money | None = None
    left: Money | None = None


@dataclass(frozen=True, slots=True)
class BankRefund:
    """A refund as the bank tells of it; ``payment`` is the bank's reference of the payment it belongs to."""

    reference: str
    state: BankState
    amount: Money
    payment: str = ""
    at: datetime | None = None
    currency: str = "RUB"


@dataclass(frozen=True, slots=True)
class News:
    """What a callback claims; it only says where to look, never what is true.

    ``known`` is false for a kind of event, or a shape, that we do not know: the rest is what could be read.
    ``binding``: it is about an account that is being bound, and ``order_id`` is our name of that.
    ``receipt``: a receipt of the payment, in a signed message of a bank that cannot be asked about it.
    """

    event: str
    reference: str
    order_id: str
    known: bool = True
    binding: bool = False
    receipt: BankReceipt | None = None


class CallbackRefused(Exception):
    """A callback not from our bank or not for our shop; ``malformed`` tells apart what is no message."""

    def __init__(self, message: str, *, malformed: bool = False) -> None:
        super().__init__(message)
        self.malformed = malformed


#: The code of a ``Permanent`` failure: this bank has no such verb.
UNSUPPORTED = "unsupported"
#: The code of a ``Permanent`` failure: the bank keeps the card no more, nothing was charged.
CARD_GONE = "card_gone"

# Seconds to wait for an answer. A job has time; a page that a person looks at has not, and many of them
# waiting for a silent bank would leave nobody to serve the pages that need no bank.
PATIENT = 10.0
HURRIED = 3.5


class Acquiring(Protocol):
    """A bank. Every network verb may raise ``Temporary`` or ``Permanent``.

    ``patience`` is how many seconds to wait; anything below ``PATIENT`` is not even tried while the bank is
    known to be silent. Verbs beyond the bank's capabilities raise ``Permanent``, code ``UNSUPPORTED``.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What this bank can do."""

    def create(self, *, order: BankOrder, patience: float = PATIENT) -> BankPage:
        """Ask for the page where the order is paid, or charge the kept card it names.

        Where cards are charged apart, one that is named is not charged by this.
        """

    def charge(self, *, reference: str, card: str, patience: float = PATIENT) -> None:
        """Charge a kept card for a payment that has a name; again is no harm, the bank takes one charge."""

    def found(self, *, order_id: str, patience: float = PATIENT) -> tuple[BankStatus, ...]:
        """All payments of an order, by the number we gave it; none is an answer, not an error."""

    def cancel(self, *, reference: str, patience: float = PATIENT) -> None:
        """Take back a payment that nobody has begun to pay. :raises Permanent: it is past that"""

    def kept_card(self, *, order_id: str, patience: float = PATIENT) -> StoredCard | None:
        """The card the bank kept at the payment of an order."""

    def forget_card(self, *, card: str) -> None:
        """Let the bank forget a card; one it does not know is forgotten already."""

    def bind_sbp(self, *, binding: BankBinding, patience: float = PATIENT) -> BankPage:
        """Ask for the page where an account of СБП is bound; ``url`` is empty when that is decided."""

    def bound_sbp(self, *, reference: str, patience: float = PATIENT) -> BindingStatus:
        """Ask where a binding stands; the ``reference`` of one that is bound is charged like a kept card."""

    def status(self, *, reference: str, patience: float = PATIENT) -> BankStatus:
        """Ask where a payment stands."""

    def refund(self, *, key: str, reference: str, amount: Money) -> BankRefund:
        """Give money back; the same ``key`` never gives it twice."""

    def refunds(
        self, *, reference: str = "", since: datetime | None = None, patience: float = PATIENT
    ) -> tuple[BankRefund, ...]:
        """All refunds of one payment, or all that were made since a moment."""

    def payments(
        self, *, since: datetime, until: datetime, patience: float = PATIENT
    ) -> tuple[BankStatus, ...]:
        """All payments whose money was taken from one moment until before another."""

    def receipts(self, *, reference: str, patience: float = PATIENT) -> tuple[BankReceipt, ...]:
        """The fiscal receipts the bank has made or is making of one payment."""

    def read_callback(self, *, raw: bytes, address: str) -> News:
        """Judge and read a callback without the network. :raises CallbackRefused:"""
