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


@dataclass(frozen=True, slots=True)
class BesideEnergy:
    """What of money on an account went for works and for penalties; all else is for electricity."""

    fee: Money = ZERO
    penalty: Money = ZERO


#: In this order what went back is taken off the lines of before: as the books ask for it again.
_BACK: Final = (
    ReceiptLineKind.ADVANCE,
    ReceiptLineKind.PENALTY,
    ReceiptLineKind.FEE,
    ReceiptLineKind.SETTLEMENT,
)


def split_paid(
    paid: Sequence[tuple[int, Money]],
    owed: Mapping[int, Money],
    beside: Mapping[int, BesideEnergy] | None = None,
) -> list[ReceiptPart]:
    """A payment by accounts: up to what an account owed just before it is settled, the rest is an advance.

    ``owed`` below zero: the account was overpaid, so all of it is an advance. ``beside``: what of the settled
    money the supplier's order of payment has put on works and on penalties; those are lines of their own.
    """
    parts: list[ReceiptPart] = []
    for account_id, money in paid:
        settled = min(money, max(owed.get(account_id, ZERO), ZERO))
        parts += _by_kinds(account_id, settled, (beside or {}).get(account_id, BesideEnergy()))
        if money > settled:
            parts.append(ReceiptPart(account_id, ReceiptLineKind.ADVANCE, money - settled))
    return parts


def _by_kinds(account_id: int, settled: Money, beside: BesideEnergy) -> list[ReceiptPart]:
    penalty = min(beside.penalty, settled)
    fee = min(beside.fee, settled - penalty)
    kinds = (
        (ReceiptLineKind.SETTLEMENT, settled - penalty - fee),
        (ReceiptLineKind.FEE, fee),
        (ReceiptLineKind.PENALTY, penalty),
    )
    return [ReceiptPart(account_id, kind, part) for kind, part in kinds if part]


def take_back(back: Sequence[tuple[int, Money]], lines: Iterable[LineLeft]) -> list[ReceiptPart]:
    """What went back, taken off the lines of the payment's receipts: first what is still an advance.

    Then penalties, works and electricity: against the order of paying. What is more than is left of them has
    no line: the receipt says what was fiscalised, never more. That rest is :func:`not_covered`.
    """
    rows = [line for line in lines if line.left > ZERO]
    rows.sort(key=lambda line: (_BACK.index(line.kind), line.line_id))
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


def used_for(parts: Iterable[ReceiptPart], beside: BesideEnergy) -> list[ReceiptPart]:
    """What was used of one payment's advances of an account, by what used it: electricity, works, penalties.

    ``beside`` is what works and penalties have taken of the payment and no receipt has said yet.
    """
    rows = list(parts)
    wanted = _by_kinds(0, Money.total(part.money for part in rows), beside)
    found: list[ReceiptPart] = []
    for part in rows:
        rest = part.money
        while rest:
            kind, left = wanted[0].kind, wanted[0].money
            taken = min(rest, left)
            found.append(ReceiptPart(part.account_id, kind, taken, part.of))
            rest -= taken
            if taken == left:
                wanted.pop(0)
            else:
                wanted[0] = ReceiptPart(0, kind, left - taken)
    return found
