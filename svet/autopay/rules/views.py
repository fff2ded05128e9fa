"""What became of one month, as a page and a program are told it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from svet.autopay.rules.states import READY, TurnState
from svet.kernel.money import Money
from svet.kernel.periods import Month


@dataclass(frozen=True, slots=True)
class TurnView:
    """The charge of one month; ``order`` is the outer id of its last payment, empty before the first.

    ``unbegun``: that payment is kept, and no bank has begun it. ``again``: it stands still and is told anew.
    """

    public_id: str
    month: Month
    state: TurnState
    told: Money
    told_at: datetime
    on: date
    charged: Money
    reason: str
    order: str
    unbegun: bool = False
    again: bool = False

    @property
    def may_skip(self) -> bool:
        """Whether nothing has begun yet: told, or kept while its bank is not reached."""
        return self.state in READY or (self.state is TurnState.CHARGING and self.unbegun)
