"""One search box: whatever somebody on the telephone can say becomes keys of accounts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from svet.accounts.queries import finding
from svet.accounts.queries.finding import FoundAccount
from svet.accounts.rules import bare_number
from svet.bills import queries as bills
from svet.exchange import queries as exchange
from svet.exchange.queries import RegisterView
from svet.kernel.refusals import Refused
from svet.metering import queries as metering
from svet.payments import queries as payments
from svet.payments.queries import suspense
from svet.payments.queries.suspense import WaitingRow
from svet.people.rules import normalise_phone

LONGEST = 100
_DIGITS = re.compile(r"[0-9][0-9 \u00a0\u202f-]*", re.ASCII)
_NUMBER = re.compile(r"[\w-]{4,48}")


def search(asked: str) -> list[FoundAccount]:
    """The first accounts the text may mean, by number; nothing for an empty text."""
    return finding.found(account_ids=search_keys(asked))


def search_keys(asked: str) -> set[int]:
    """The keys of all accounts the text may mean, as far as each way of finding goes.

    Digits are tried as an account, a meter and a phone, a number with letters as a payment, a receipt and a
    bill, anything else as an address or a name; all of it as a bank's number of a payment.
    """
    text = " ".join(asked.split())[:LONGEST]
    text = text.removeprefix("№").lstrip() if bare_number(text).isdigit() else text
    if not text:
        return set()
    keys: set[int] = set()
    for way in _ways(text):
        keys.update(way())
    return keys


@dataclass(frozen=True, slots=True)
class FoundMoney:
    """Rows of registers under a bank's number that wait or went back, and the register of that number."""

    rows: list[WaitingRow]
    register: RegisterView | None

    def __bool__(self) -> bool:
        return bool(self.rows) or self.register is not None


def search_money(asked: str) -> FoundMoney:
    """What of registers stands on no account, by a bank's number of a payment or a register's own number."""
    text = " ".join(asked.split())[:LONGEST]
    if not text:
        return FoundMoney([], None)
    return FoundMoney(suspense.rows_without_account(text), exchange.register_by_number(text.upper()))


def _ways(text: str) -> list[Callable[[], list[int]]]:
    digits = re.sub(r"[^0-9]", "", text)
    phone = _phone(text)
    ways: list[Callable[[], list[int]]] = []
    if phone:
        ways.append(lambda: finding.by_phone(phone))
    if _DIGITS.fullmatch(text):
        ways += [
            lambda: finding.by_number(digits),
            lambda: finding.by_serial(digits),
            lambda: metering.accounts_of_serial(digits),
        ]
    if not phone and _NUMBER.fullmatch(text) and (digits or "-" in text):
        number = text.upper()
        ways += [
            lambda: payments.accounts_of_order(number),
            lambda: metering.accounts_of_receipt(number),
            lambda: bills.accounts_of_bill(text),
        ]
    ways.append(lambda: suspense.accounts_of_number(text))
    if any(sign.isalpha() for sign in text):
        ways.append(lambda: finding.by_words(text))
    return ways


def _phone(text: str) -> str:
    try:
        return normalise_phone(text)
    except Refused:
        return ""
