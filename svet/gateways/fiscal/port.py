"""What we ask of a till that is rented over the network, whoever its vendor is.

A document is registered once: its ``external_id`` is kept before it is sent. Registered again with the same
one it is the same document, so whoever got no answer asks again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from svet.kernel.money import Money


class FiscalVerb(StrEnum):
    """What a document does: «приход», «возврат прихода», «коррекция прихода»."""

    SELL = "sell"
    SELL_REFUND = "sell_refund"
    SELL_CORRECTION = "sell_correction"


class FiscalMethod(StrEnum):
    """«Признак способа расчёта» (tag 1214): money for what was supplied, or above it."""

    FULL_PAYMENT = "full_payment"
    ADVANCE = "advance"


class FiscalSubject(StrEnum):
    """«Признак предмета расчёта» (tag 1212): a service, an advance, a penalty."""

    SERVICE = "service"
    ADVANCE = "advance"
    PENALTY = "penalty"


@dataclass(frozen=True, slots=True)
class FiscalItem:
    """One line; ``vat`` is a word of the wire (``vat22``, ``none``), ``vat_money`` lies within ``money``."""

    name: str
    money: Money
    method: FiscalMethod
    subject: FiscalSubject
    vat: str
    vat_money: Money


@dataclass(frozen=True, slots=True)
class Seller:
    """Whose receipt it is."""

    inn: str
    payment_address: str
    taxation: str
    email: str


@dataclass(frozen=True, slots=True)
class FiscalCorrection:
    """Why a document is a correction: ``basis`` is a word of the wire, ``day`` that of the settlement.

    ``number`` is that of the tax office's order; empty where the seller found it.
    """

    basis: str
    day: date
    number: str = ""


@dataclass(frozen=True, slots=True)
class FiscalDocument:
    """A receipt to be registered; one of ``email`` and ``phone`` is where it goes.

    A correction alone may go nowhere. ``offset``: paid by an advance of before, no money comes. ``at`` has
    the offset of the seller's zone.
    """

    external_id: str
    verb: FiscalVerb
    seller: Seller
    email: str
    phone: str
    items: tuple[FiscalItem, ...]
    at: datetime
    offset: bool = False
    correction: FiscalCorrection | None = None

    @property
    def total(self) -> Money:
        return Money.total(item.money for item in self.items)


class FiscalStanding(StrEnum):
    """Where the vendor has a document."""

    WAIT = "wait"
    DONE = "done"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class FiscalReport:
    """What became of a document; name, numbers, link of one that is done, why not of one that failed.

    ``again``: the fault was the till's, so the receipt may be registered once more by itself. A document that
    failed is at its end: what is registered after it has an ``external_id`` of its own. ``unsure``: the fault
    was of time or of who carries, so the document may still be printed: its report is asked for again.
    """

    standing: FiscalStanding
    external_id: str = ""
    total: Money | None = None
    document_number: str = ""
    document_attribute: str = ""
    storage_number: str = ""
    url: str = ""
    at: datetime | None = None
    code: str = ""
    text: str = ""
    again: bool = False
    unsure: bool = False


class Till(Protocol):
    """A rented till."""

    def register(self, *, document: FiscalDocument) -> str:
        """Hand a document over; returns the vendor's name of it, of one handed over before the same name.

        :raises Temporary: nobody knows whether it came: ask again with the same ``external_id``
        :raises Permanent: refused as it stands
        """

    def report(self, *, name: str) -> FiscalReport:
        """What became of a document. :raises Temporary: :raises Permanent: the vendor does not know it"""
