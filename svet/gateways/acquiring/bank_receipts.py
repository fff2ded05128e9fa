"""A fiscal receipt that the bank's own till made, as the bank tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from svet.kernel.money import Money

LONGEST_URL = 500
_LONGEST_NUMBER = 20


class ReceiptsTold(StrEnum):
    """How a bank tells of the receipts it makes."""

    ASKED = "asked"  # it answers when it is asked about a payment
    PUSHED = "pushed"  # it says so in a signed notification, and cannot be asked
    NEVER = "never"


class BankReceiptState(StrEnum):
    """Where a receipt stands at the bank."""

    PENDING = "pending"
    MADE = "made"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BankReceipt:
    """One receipt; ``back``: of money that went back. ``amount`` None: the bank does not say it.

    ``document_number`` (ФД), ``document_attribute`` (ФПД) and ``storage_number`` (ФН) are there when it is
    made; ``url`` where the bank gives one.
    """

    state: BankReceiptState
    back: bool = False
    amount: Money | None = None
    document_number: str = ""
    document_attribute: str = ""
    storage_number: str = ""
    url: str = ""
    at: datetime | None = None


def fiscal_number(value: object) -> str:
    """A number of a fiscal document as digits; nothing where it is none: text or a number on the wire."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return text if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else ""


def safe_url(value: object) -> str:
    """An address that may be shown as a link: of the web, closed, short and plain; else nothing."""
    text = value if isinstance(value, str) else ""
    try:
        whole = urlsplit(text).scheme == "https" and bool(urlsplit(text).hostname)
    except ValueError:
        return ""
    plain = text.isascii() and text.isprintable() and " " not in text and len(text) <= LONGEST_URL
    return text if whole and plain else ""
