"""What a member of staff may do with the books of accounts: move, correct, write off. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from svet.kernel.money import Money
from svet.kernel.refusals import Conflict, NotFound, Refused

LONGEST_DOCUMENT: Final = 120
#: Kopecks of the largest act: ten million roubles.
LARGEST: Final = 10_000_000_00


class MoneyActKind(StrEnum):
    """What is done: kopecks of a transfer leave the account for another, a write-off takes a debt away.

    A fee is for limiting or resuming, a benefit is paid by the budget, a penalty is shown or taken back.
    A transfer between accounts of two suppliers is an ``INTERCO``: the one then owes the other the money.
    """

    TRANSFER = "transfer"
    INTERCO = "interco"
    CORRECTION = "correction"
    WRITE_OFF = "write_off"
    FEE = "fee"
    BENEFIT = "benefit"
    PENALTY = "penalty"


#: They have a second account, whose debt falls by what that of the first one grows by.
MOVING: Final = frozenset({MoneyActKind.TRANSFER, MoneyActKind.INTERCO})
#: They are never posted by one hand.
BY_TWO: Final = frozenset({MoneyActKind.WRITE_OFF, MoneyActKind.INTERCO})
#: Their kopecks are what the debt falls by.
LOWERING: Final = frozenset({MoneyActKind.WRITE_OFF, MoneyActKind.BENEFIT})
#: They may be in the customer's favour, with kopecks below zero.
BOTH_WAYS: Final = frozenset({MoneyActKind.CORRECTION, MoneyActKind.PENALTY})


class MoneyActState(StrEnum):
    WAITING = "waiting"  # for a second signature
    POSTED = "posted"
    REFUSED = "refused"


class MoneyActReason(StrEnum):
    NOT_FOUND = "money_act_not_found"
    NOT_STAFF = "money_act_not_staff"
    SUM = "money_act_sum"
    DOCUMENT = "money_act_document"
    DAY = "money_act_day"
    OTHER_ACCOUNT = "money_act_other_account"
    OTHER_PROVIDER = "money_act_other_provider"
    SAME_ACCOUNT = "money_act_same_account"
    ABOVE_DEBT = "money_act_above_debt"
    CHANGED = "money_act_changed"
    SAME_HAND = "money_act_same_hand"
    DECIDED = "money_act_decided"
    UNDONE = "money_act_undone"
    NOT_POSTED = "money_act_not_posted"
    MOVE_NOT_LEFT = "money_act_move_not_left"
    MOVE_DISPUTED = "money_act_move_disputed"
    MOVE_NO_RIGHT = "money_act_move_no_right"
    MOVE_CLOSED = "money_act_move_closed"
    SENDING_NUMBER = "money_act_sending_number"
    SENDING_DAY = "money_act_sending_day"
    SENDING_CHANGED = "money_act_sending_changed"


class MoneyActRefused(Refused):
    """The act cannot be as it is asked for; nothing changed."""


class MoneyActConflict(Conflict):
    """Something else became known meanwhile: look again."""


class MoneyActNotFound(NotFound):
    """No such act."""


@dataclass(frozen=True, slots=True)
class NewMoneyAct:
    """An act as it is filled in; kopecks below zero only where it may be in the customer's favour.

    ``to_provider`` is the code of the supplier of the other account; empty: the same one.
    """

    kind: MoneyActKind
    kopecks: int
    document: str
    on: date
    to_account_number: str = ""
    to_provider: str = ""

    @property
    def money(self) -> Money:
        return Money(self.kopecks)

    @property
    def changes(self) -> int:
        """Kopecks by which the account's debt grows."""
        return -self.kopecks if self.kind in LOWERING else self.kopecks


def check_act(new: NewMoneyAct, *, balance: Money, today: date, oldest_days: int) -> None:
    """Whether the act can be, on an account that owes ``balance``. :raises MoneyActRefused:"""
    least = -LARGEST if new.kind in BOTH_WAYS else 1
    if not least <= new.kopecks <= LARGEST or not new.kopecks:
        raise MoneyActRefused(MoneyActReason.SUM, field="roubles")
    if not new.document.strip() or len(new.document) > LONGEST_DOCUMENT:
        raise MoneyActRefused(MoneyActReason.DOCUMENT, field="document")
    if not today - timedelta(days=oldest_days) <= new.on <= today:
        raise MoneyActRefused(MoneyActReason.DAY, field="on")
    if new.kind is MoneyActKind.WRITE_OFF and new.kopecks > balance.kopecks:
        raise MoneyActRefused(MoneyActReason.ABOVE_DEBT, field="roubles")


def act_digest(parts: Sequence[object]) -> str:
    """What a member has seen, as one word: other facts give another one."""
    return hashlib.sha256("|".join(str(part) for part in parts).encode()).hexdigest()[:32]
