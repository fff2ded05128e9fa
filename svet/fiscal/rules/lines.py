"""Which lines a receipt has: of a payment, of money that went back, of an advance that was used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from svet.fiscal.rules.states import ReceiptLineKind
from svet.kernel.money import ZERO, Money

#: How the name of a receipt ends that has what went back and no line of before covers.
REST: Final = ":rest"


@dataclass(frozen=True, slots=True)
class ReceiptPart:
    """A line to be: money of one account, and the line of before that it takes back or uses (its key)."""

    account_id: int
    kind: ReceiptLineKind
    money: Money
    of: int | None = None


@dataclass(frozen=True, slots=True)
class LineLeft:
    """A line of a receipt of before, and what of it no later receipt has taken back or used."""

    line_id: int
    account_id: int
    kind: ReceiptLineKind
    left: Money


def split_paid(paid: Sequence[tuple[int, Money]], owed: Mapping[int, Money]) -> list[ReceiptPart]:
    """A payment by accounts: up to what an account owed just before it is settled, the rest is an advance.

    ``owed`` below zero: the account was overpaid, so all of it is an advance.
    """
    parts: list[ReceiptPart] = []
    for account_id, money in paid:
        settled = min(money, max(owed.get(account_id, ZERO), ZERO))
        parts += [
            ReceiptPart(account_id, kind, part)
            for kind, part in (
                (ReceiptLineKind.SETTLEMENT, settled),
                (ReceiptLineKind.ADVANCE, money - settled),
            )
            if part
        ]
    return parts


def take_back(back: Sequence[tuple[int, Money]], lines: Iterable[LineLeft]) -> list[ReceiptPart]:
    """What went back, taken off the lines of the payment's receipts: first what is still an advance.

    What is more than is left of them has no line: the receipt says what was fiscalised, never more. That rest
    is :func:`not_covered`.
    """
    rows = [line for line in lines if line.left > ZERO]
    rows.sort(key=lambda line: (line.kind is not ReceiptLineKind.ADVANCE, line.line_id))
    parts: list[ReceiptPart] = []
    for account_id, money in back:
        rest = money
        for line in rows:
            if line.account_id == account_id and rest:
                part = min(rest, line.left)
                parts.append(ReceiptPart(account_id, line.kind, part, line.line_id))
                rest -= part
    return parts


def not_covered(back: Sequence[tuple[int, Money]], parts: Sequence[ReceiptPart]) -> list[ReceiptPart]:
    """What went back of each account and no line of before covers: lines that take nothing back."""
    rest: dict[int, Money] = {}
    for account_id, money in back:
        rest[account_id] = rest.get(account_id, ZERO) + money
    for part in parts:
        rest[part.account_id] -= part.money
    return [
        ReceiptPart(account_id, ReceiptLineKind.SETTLEMENT, money)
        for account_id, money in rest.items()
        if money
    ]


def use_advances(*, balance: Money, advances: Iterable[LineLeft]) -> list[ReceiptPart]:
    """What of an account's advances its charges have used: all but what it is overpaid by, oldest first.

    ``balance`` is what the account owes now, negative when it is overpaid.
    """
    rows = sorted((line for line in advances if line.left > ZERO), key=lambda line: line.line_id)
    rest = Money.total(line.left for line in rows) - max(-balance, ZERO)
    parts: list[ReceiptPart] = []
    for line in rows:
        part = min(max(rest, ZERO), line.left)
        if part:
            parts.append(ReceiptPart(line.account_id, ReceiptLineKind.SETTLEMENT, part, line.line_id))
            rest -= part
    return parts
