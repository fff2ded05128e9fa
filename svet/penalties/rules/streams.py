"""What an account's money went for: consumption, works (fees) and penalties, told from its movements.

The ledger keeps one balance an account; the three streams of it are read from the kinds of its movements, in
the order in which they became known, so that what a payment paid never changes by what comes after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import chain
from typing import Final

from svet.kernel.money import Money
from svet.kernel.periods import Month


class Stream(StrEnum):
    """Parts of an account's balance; in this order money pays them."""

    ENERGY = "energy"
    FEE = "fee"
    PENALTY = "penalty"


class AllocationOrder(StrEnum):
    """What money pays that names no month."""

    #: All consumption, the oldest first, then works, then penalties.
    ENERGY_FIRST = "energy_first"
    #: The oldest month first, and of it consumption, works and penalties.
    MONTH_BY_MONTH = "month_by_month"


@dataclass(frozen=True, slots=True)
class DuePosting:
    """One movement of a debt: positive was asked for, negative lessened it on ``effective_on``.

    ``bill`` and ``due_on`` are those of the bill it first stands on; empty while it stands on none. ``seq``
    is its number on the account, ``named`` the month that a payer named.
    """

    kind: str
    effective_on: date
    money: Money
    bill: str
    due_on: date | None
    seq: int = 0
    named: Month | None = None


@dataclass(frozen=True, slots=True)
class Shares:
    """A movement by streams: kopecks, a debt positive; together they are the movement's."""

    energy: int = 0
    fee: int = 0
    penalty: int = 0

    def __add__(self, other: Shares) -> Shares:
        return Shares(self.energy + other.energy, self.fee + other.fee, self.penalty + other.penalty)

    @property
    def kopecks(self) -> int:
        return self.energy + self.fee + self.penalty


def month_named(first_day: object) -> Month | None:
    """The month a payer named, as tables keep it."""
    return Month.of(first_day) if isinstance(first_day, date) else None


_OF_KIND: Final = {"penalty": Stream.PENALTY, "fee": Stream.FEE}
#: What gives money back, or takes it to another account, gives back what such money had paid.
_GIVING_BACK: Final = frozenset({"payment", "refund", "chargeback", "transfer"})
_RANK: Final = {stream: place for place, stream in enumerate(Stream)}


@dataclass(slots=True)
class _Lot:
    """Money that lessened the debt; what has paid nothing yet is an advance, ``back`` was given back."""

    at: int
    on: date
    named: Month | None
    advance: int
    kind: str = ""
    paid: dict[Stream, int] = field(default_factory=lambda: dict.fromkeys(Stream, 0))
    back: dict[Stream, int] = field(default_factory=lambda: dict.fromkeys(Stream, 0))

    @property
    def left(self) -> int:
        """What can still be given back of it."""
        return self.advance + sum(self.paid.values()) - sum(self.back.values())

    def give_back(self, kopecks: int) -> Iterator[tuple[Stream, int]]:
        """Streams that owe again, with sums: the advance first, then against the order of paying."""
        rest = kopecks
        penalty, fee = (self.paid[each] - self.back[each] for each in (Stream.PENALTY, Stream.FEE))
        there = [(Stream.ENERGY, self.advance), (Stream.PENALTY, penalty), (Stream.FEE, fee)]
        for stream, most in (*there, (Stream.ENERGY, rest)):
            part = max(min(most, rest), 0)
            self.back[stream] += part
            rest -= part
            if part:
                yield stream, part


@dataclass(slots=True)
class _Open:
    """What is still owed of one movement in one stream."""

    stream: Stream
    month: tuple[int, int]
    at: int
    left: int


def shares(
    postings: Iterable[DuePosting], order_on: Callable[[date], AllocationOrder] | None = None
) -> list[Shares]:
    """What each movement is of consumption, works and penalties; ``order_on`` is the policy of a day.

    Penalties and fees are their own streams. A credit pays the month it names, then by the policy of its
    day; what is left is an advance on consumption, which pays whatever comes. A penalty or fee taken back
    lowers its stream; the money that had paid it goes on to what else is owed. Money given back is asked for
    again in the streams that it had paid; of a part of it penalties, which were paid last, are the first.
    """
    fold = _Fold(order_on or (lambda _day: AllocationOrder.ENERGY_FIRST))
    for posting in postings:
        fold.take(posting)
    return fold.told()


def streams_of(found: Sequence[Shares]) -> Shares:
    """Where the streams stand after movements: consumption below zero is an advance."""
    return sum(found, Shares())


class _Fold:
    def __init__(self, order_on: Callable[[date], AllocationOrder]) -> None:
        self._order_on = order_on
        self._parts: list[dict[Stream, int]] = []
        self._lots: list[_Lot] = []
        self._by_place: dict[int, _Lot] = {}
        self._open: list[_Open] = []

    def take(self, posting: DuePosting) -> None:
        at, kopecks = len(self._parts), posting.money.kopecks
        stream = _OF_KIND.get(posting.kind, Stream.ENERGY)
        self._parts.append({})
        if kopecks < 0 and stream is Stream.ENERGY:
            self._pay(self._lot(posting, at, -kopecks))
        elif kopecks < 0:
            self._lower(posting, at, stream, -kopecks)
        else:
            parts = {stream: kopecks}
            if posting.kind in _GIVING_BACK:
                parts = self._given_back(kopecks)
            self._parts[at] = parts
            for each, part in parts.items():
                self._ask(each, (posting.effective_on.year, posting.effective_on.month), at, part)

    def told(self) -> list[Shares]:
        return [_shares(parts) + self._of_lot(at) for at, parts in enumerate(self._parts)]

    def _of_lot(self, at: int) -> Shares:
        lot = self._by_place.get(at)
        if lot is None:
            return Shares()
        paid = lot.paid
        return Shares(-paid[Stream.ENERGY] - lot.advance, -paid[Stream.FEE], -paid[Stream.PENALTY])

    def _lot(self, posting: DuePosting, at: int, kopecks: int) -> _Lot:
        lot = _Lot(at, posting.effective_on, posting.named, kopecks, posting.kind)
        self._lots.append(lot)
        self._by_place[at] = lot
        return lot

    def _pay(self, lot: _Lot) -> None:
        """Let an advance pay what is owed."""
        if not lot.advance:
            return
        for item in self._in_order(lot):
            paid = min(item.left, lot.advance)
            item.left -= paid
            lot.advance -= paid
            lot.paid[item.stream] += paid
            if not lot.advance:
                break
        self._open = [item for item in self._open if item.left]

    def _in_order(self, lot: _Lot) -> Iterator[_Open]:
        month_first = self._order_on(lot.on) is AllocationOrder.MONTH_BY_MONTH

        def key(item: _Open) -> tuple[tuple[int, int], int, int]:
            return (item.month if month_first else (0, 0), _RANK[item.stream], item.at)

        named = None if lot.named is None else (lot.named.year, lot.named.month)
        # Of the month that was named consumption alone: what is left is for the oldest.
        wanted = [item for item in self._open if item.stream is Stream.ENERGY and item.month == named]
        return chain(wanted, sorted(self._open, key=key))

    def _ask(self, stream: Stream, month: tuple[int, int], at: int, kopecks: int) -> None:
        """A new debt; advances pay it at once, the oldest first."""
        if not kopecks:
            return
        self._open.append(_Open(stream, month, at, kopecks))
        for lot in self._lots:
            if lot.advance:
                self._pay(lot)

    def _lower(self, posting: DuePosting, at: int, stream: Stream, kopecks: int) -> None:
        """A penalty or fee falls: what is not paid of it first, then what was, whose money goes on."""
        rest = kopecks
        for item in reversed([each for each in self._open if each.stream is stream]):
            less = min(item.left, rest)
            item.left -= less
            rest -= less
        self._open = [item for item in self._open if item.left]
        freed = []
        for lot in reversed(self._lots):
            less = min(lot.paid[stream], rest)
            if less:
                lot.paid[stream] -= less
                lot.advance += less
                rest -= less
                freed.append(lot)
        self._parts[at] = {stream: rest - kopecks}
        if rest:
            # More was taken back than there ever was: the customer's, as any other money.
            freed.append(self._lot(posting, at, rest))
        for lot in freed:
            self._pay(lot)

    def _given_back(self, kopecks: int) -> dict[Stream, int]:
        """What the newest payment of this sum had paid, without one the newest payments up to it.

        What no payment had brought is consumption.
        """
        lots = [lot for lot in reversed(self._lots) if lot.kind in _GIVING_BACK and lot.left > 0]
        exact = [lot for lot in lots if lot.left == kopecks]
        parts, rest = dict.fromkeys(Stream, 0), kopecks
        for lot in exact[:1] or lots:
            given = min(lot.left, rest)
            rest -= given
            for stream, part in lot.give_back(given):
                parts[stream] += part
        parts[Stream.ENERGY] += rest
        return {stream: part for stream, part in parts.items() if part}


def _shares(parts: dict[Stream, int]) -> Shares:
    return Shares(*(parts.get(stream, 0) for stream in Stream))
