"""What we ask of any bank that takes cards for us, in our own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

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
    ``keep_card`` asks the bank to keep the card of this payment.
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
class BankStatus:
    """The truth about a payment as the bank tells it now.

    ``income`` is what comes to our settlement account of it, by the bank's own figure: the sum less its
    commission. None when the bank does not say: then it is not known.
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
    """

    event: str
    reference: str
    order_id: str
    known: bool = True


class CallbackRefused(Exception):
    """A callback not from our bank or not for our shop; ``malformed`` tells apart what is no message."""

    def __init__(self, message: str, *, malformed: bool = False) -> None:
        super().__init__(message)
        self.malformed = malformed


# Seconds to wait for an answer. A job has time; a page that a person looks at has not, and many of them
# waiting for a silent bank would leave nobody to serve the pages that need no bank.
PATIENT = 10.0
HURRIED = 4.0


class Acquiring(Protocol):
    """A bank. Every network verb may raise ``Temporary`` or ``Permanent``.

    ``patience`` is how many seconds to wait; anything below ``PATIENT`` is not even tried while the bank is
    known to be silent.
    """

    def create(self, *, order: BankOrder, patience: float = PATIENT) -> BankPage:
        """Ask for the page where the order is paid, or charge the kept card it names."""

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

    def read_callback(self, *, raw: bytes, address: str) -> News:
        """Judge and read a callback without the network. :raises CallbackRefused:"""
