"""A dry run: what a month would charge beside what the month before did, counted account by account. Pure."""

from __future__ import annotations

import hashlib
import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, NamedTuple

_ZERO: Final = Decimal(0)
#: So many accounts are drawn for a person to look at.
SAMPLE: Final = 20


class ChargePart(StrEnum):
    """What a charge consists of: where its volumes come from, and what belongs to earlier months."""

    READINGS = "readings"
    AVERAGE = "average"
    NORM = "norm"
    OTHER = "other"
    RECALCULATION = "recalculation"


class MoverCause(StrEnum):
    """Why an account is charged far more or less than the month before."""

    RECALCULATION = "recalculation"  # earlier months enter this one
    NOW_ESTIMATED = "now_estimated"  # no reading any more
    NOW_READ = "now_read"  # a reading after estimates
    CONSUMPTION = "consumption"  # other kWh
    PRICES = "prices"  # about the same kWh at other prices or ranges


class PartSum(NamedTuple):
    """What a part adds; kopecks and kWh may be negative."""

    kwh: Decimal
    kopecks: int


class AccountOutcome(NamedTuple):
    """What a run would do to one account; ``reason``: why nothing; ``digest`` stands for all its lines."""

    account_id: int
    parts: Mapping[ChargePart, PartSum]
    digest: str
    reason: str = ""

    @property
    def kwh(self) -> Decimal:
        return sum((part.kwh for part in self.parts.values()), _ZERO)

    @property
    def kopecks(self) -> int:
        return sum(part.kopecks for part in self.parts.values())

    @property
    def estimated(self) -> bool:
        return ChargePart.AVERAGE in self.parts or ChargePart.NORM in self.parts


class FormerCharge(NamedTuple):
    """What the account was charged the month before."""

    kwh: Decimal
    kopecks: int
    estimated: bool


def digest_of(words: Iterable[object]) -> str:
    """32 hex digits that stand for these values in this order."""
    return hashlib.blake2b("\x1f".join(map(str, words)).encode(), digest_size=16).hexdigest()


def mover_cause(
    outcome: AccountOutcome, former: FormerCharge | None, *, percent: Decimal
) -> MoverCause | None:
    """Why the account moves by more than ``percent`` of what it was charged; None: it does not.

    An account that was charged nothing moves with any sum; a new one moves nowhere.
    """
    if former is None or outcome.reason:
        return None
    if abs(outcome.kopecks - former.kopecks) * 100 <= percent * abs(former.kopecks):
        return None
    if ChargePart.RECALCULATION in outcome.parts:
        return MoverCause.RECALCULATION
    if outcome.estimated != former.estimated:
        return MoverCause.NOW_ESTIMATED if outcome.estimated else MoverCause.NOW_READ
    # Half of the limit in kWh tells consumption from prices: the rest of the difference is theirs.
    if abs(outcome.kwh - former.kwh) * 200 > percent * abs(former.kwh):
        return MoverCause.CONSUMPTION
    return MoverCause.PRICES


@dataclass(slots=True)
class DryRunTally:
    """Counts outcomes as they come, in the order of account keys; the order makes the hash."""

    seed: int
    percent: Decimal
    accounts: int = 0
    charged: int = 0
    kwh: Decimal = _ZERO
    kopecks: int = 0
    estimated: int = 0
    former_accounts: int = 0
    former_kwh: Decimal = _ZERO
    former_kopecks: int = 0
    former_estimated: int = 0
    parts: dict[ChargePart, tuple[int, Decimal, int]] = field(default_factory=dict)
    problems: Counter[str] = field(default_factory=Counter)
    movers: Counter[MoverCause] = field(default_factory=Counter)
    _hash: Any = field(default_factory=hashlib.sha256)
    _drawn: list[tuple[int, int]] = field(default_factory=list)

    def add(self, outcome: AccountOutcome, former: FormerCharge | None) -> MoverCause | None:
        """Count one account and say why it moves, if it does."""
        self.accounts += 1
        self._hash.update(f"{outcome.account_id}:{outcome.digest}\n".encode())
        self._draw(outcome.account_id)
        if former is not None:
            self.former_accounts += 1
            self.former_kwh += former.kwh
            self.former_kopecks += former.kopecks
            self.former_estimated += former.estimated
        if outcome.reason:
            self.problems[outcome.reason] += 1
            return None
        self.charged += 1
        self.kwh += outcome.kwh
        self.kopecks += outcome.kopecks
        self.estimated += outcome.estimated
        for part, found in outcome.parts.items():
            count, kwh, kopecks = self.parts.get(part, (0, _ZERO, 0))
            self.parts[part] = (count + 1, kwh + found.kwh, kopecks + found.kopecks)
        cause = mover_cause(outcome, former, percent=self.percent)
        if cause is not None:
            self.movers[cause] += 1
        return cause

    @property
    def sha256(self) -> str:
        """Stands for every line of every account: equal if and only if a run would do the same."""
        return str(self._hash.hexdigest())

    @property
    def sample(self) -> list[int]:
        """Keys of the accounts drawn by the seed: the same for the same accounts, whatever their charges."""
        return sorted(account_id for _, account_id in self._drawn)

    def _draw(self, account_id: int) -> None:
        lot = hashlib.blake2b(f"{self.seed}:{account_id}".encode(), digest_size=8).digest()
        # A heap of the smallest lots, turned so that its first is the one to give way.
        entry = (-int.from_bytes(lot), account_id)
        if len(self._drawn) < SAMPLE:
            heapq.heappush(self._drawn, entry)
        else:
            heapq.heappushpop(self._drawn, entry)
