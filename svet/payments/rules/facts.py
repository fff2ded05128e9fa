"""What a bank has said of one payment, and how what it says joins. Pure.

An answer is a fact: it may be old by the time it is read, come twice, or behind a later one. Facts of one
payment are joined, and :func:`join` is associative, commutative and idempotent: what is known depends only
on *which* answers were read, never on their order or number. :func:`due` says what must stand in the books by
what is known; more knowledge only adds to it, and a contradiction stops the adding (ADR 108).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum, StrEnum
from typing import Final, TypeAlias, TypeVar

Value = TypeVar("Value")


class Standing(IntEnum):
    """Where a payment stands; of two the greater one holds: money that was taken is king."""

    NONE = 0  # the bank has not said anything
    PENDING = 1
    DEAD = 2  # no money by this payment, unless a late yes comes
    PAID = 3


class Contradiction(Enum):
    """Two answers that cannot both be true; joined with anything it stays."""

    CONFLICT = "conflict"


CONFLICT: Final = Contradiction.CONFLICT
#: Nothing known yet, a value, or two values.
Told: TypeAlias = Value | Contradiction | None


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of one payment. Sums are kopecks of its currency.

    ``taken`` and ``currency`` are said of money that was taken only. ``reference`` is the bank's name of the
    payment and ``order_id`` our own name of what it pays, as the bank has it. ``refunds`` are those made, by
    the bank's names; ``refunded`` the greatest sum of them the bank has told.
    """

    standing: Standing = Standing.NONE
    taken: Told[int] = None
    currency: Told[str] = None
    reference: Told[str] = None
    order_id: Told[str] = None
    refunds: Mapping[str, Told[int]] = field(default_factory=dict)
    refunded: int = 0

    @property
    def conflict(self) -> bool:
        """Whether the bank has contradicted itself."""
        said = (self.taken, self.currency, self.reference, self.order_id)
        return CONFLICT in said or CONFLICT in self.refunds.values()


NOTHING: Final = Fact()


def join(one: Fact, other: Fact) -> Fact:
    """Both together; the order of the two, of many, and repetitions do not matter."""
    return Fact(
        max(one.standing, other.standing),
        _flat(one.taken, other.taken),
        _flat(one.currency, other.currency),
        _flat(one.reference, other.reference),
        _flat(one.order_id, other.order_id),
        _union(one.refunds, other.refunds),
        max(one.refunded, other.refunded),
    )


def _flat(one: Told[Value], other: Told[Value]) -> Told[Value]:
    if one is None or one == other:
        return other
    return one if other is None else CONFLICT


def _union(one: Mapping[str, Told[int]], other: Mapping[str, Told[int]]) -> Mapping[str, Told[int]]:
    if not other or one == other:
        return one
    joined = dict(one)
    for name, kopecks in other.items():
        joined[name] = _flat(joined.get(name), kopecks)
    return joined


class Place(StrEnum):
    """Where money that the bank took must stand."""

    NOWHERE = "nowhere"  # none was taken that we could name in kopecks
    SUSPENSE = "suspense"  # it was, and does not fit what was ordered: a person decides
    ACCOUNTS = "accounts"


class Misfit(StrEnum):
    """Why money does not come to the accounts by itself."""

    CONTRADICTION = "contradiction"
    OTHER_PAYMENT = "other_payment"
    CURRENCY = "currency"
    OTHER_ORDER = "other_order"
    SUM = "sum"
    SEVERAL_PAYEES = "several_payees"


#: By these nobody knows how many kopecks were taken for this order.
_UNNAMED: Final = frozenset({Misfit.CONTRADICTION, Misfit.OTHER_PAYMENT, Misfit.CURRENCY})


@dataclass(frozen=True, slots=True)
class Ordered:
    """What a payment is held against: its sum in kopecks, its names, and whether it has one payee."""

    kopecks: int
    order_id: str
    reference: str
    one_payee: bool = True


@dataclass(frozen=True, slots=True)
class Due:
    """What must stand in the books: so much at a place, and the refunds (by name) taken off it again.

    With ``misfit`` a person has to look. ``refunds`` may be more than ``kopecks``: then as much is taken off
    as there is, and a person looks at the rest.
    """

    place: Place = Place.NOWHERE
    kopecks: int = 0
    refunds: Mapping[str, int] = field(default_factory=dict)
    misfit: Misfit | None = None


def due(fact: Fact, ordered: Ordered) -> Due:
    """What must stand in the books of an order by what is known.

    A contradiction about the payment adds nothing; what stands already is not changed, and a person looks.
    Refunds come off what stands in any case, but for those whose own sums contradict each other.
    """
    if fact.standing is not Standing.PAID:
        return Due()
    misfit = _misfit(fact, ordered)
    refunds = {name: kopecks for name, kopecks in fact.refunds.items() if isinstance(kopecks, int)}
    if misfit in _UNNAMED or not isinstance(fact.taken, int):
        return Due(refunds=refunds, misfit=misfit or Misfit.CONTRADICTION)
    place = Place.ACCOUNTS if misfit is None else Place.SUSPENSE
    return Due(place, fact.taken, refunds, misfit)


def _misfit(fact: Fact, ordered: Ordered) -> Misfit | None:
    if fact.conflict:
        return Misfit.CONTRADICTION
    if fact.reference != ordered.reference:
        return Misfit.OTHER_PAYMENT
    if fact.currency != "RUB":
        return Misfit.CURRENCY
    if fact.order_id != ordered.order_id:
        return Misfit.OTHER_ORDER
    if fact.taken != ordered.kopecks:
        return Misfit.SUM
    return None if ordered.one_payee else Misfit.SEVERAL_PAYEES
