"""How a set of readings is written: the set, its values, the first change of its state. Steps only."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from svet.kernel.actors import Actor
from svet.kernel.bulk import TableRows, take_ids, write_together
from svet.kernel.ids import new_public_id
from svet.kernel.moving import Trail, move_many, move_row, move_table
from svet.kernel.periods import Month
from svet.kernel.transactions import require_transaction
from svet.metering.models import ReadingSet, ReadingValue, SetStateChange
from svet.metering.rules import MOVES, ReadingChannel, ReadingKind, ReadingState, Zone
from svet.metering.rules.receipts import receipt_number

_TRAIL = Trail(SetStateChange, subject="reading_set")


@dataclass(frozen=True, slots=True)
class NewValue:
    """One scale of a set that is about to be written."""

    value: Decimal
    turns: int
    consumption: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSet:
    """A judged set that is about to be written."""

    meter_id: int
    account_id: int
    read_on: date
    received_at: datetime
    channel: ReadingChannel
    kind: ReadingKind
    state: ReadingState
    key: UUID
    values: Mapping[Zone, NewValue]
    doubts: tuple[str, ...] = ()
    instead_of: str = ""
    words: str = ""
    entered_at: datetime | None = None
    author_person_id: int | None = None


@dataclass(frozen=True, slots=True)
class WrittenSet:
    """The key and the outside names of a set that was written."""

    set_id: int
    public_id: str
    receipt_number: str


def keep_sets(sets: Sequence[NewSet], *, by: Actor, set_ids: Sequence[int] | None = None) -> list[WrittenSet]:
    """Write sets that passed the judge, in their order; ``set_ids`` are keys taken for them already.

    :raises RuntimeError: no transaction is open
    """
    require_transaction()
    taken = take_ids(model=ReadingSet, count=len(sets)) if set_ids is None else set_ids
    kept = [WrittenSet(key, new_public_id(), receipt_number(key)) for key in taken]
    pairs = list(zip(kept, sets, strict=True))
    write_together(
        TableRows(
            ReadingSet,
            (
                "id", "public_id", "receipt_number", "account_id", "meter_id", "read_on", "received_at",
                "channel", "kind", "state", "author_kind", "author_person_id", "author_name", "key",
                "entered_at",
            ),
            [
                (
                    k.set_id, k.public_id, k.receipt_number, s.account_id, s.meter_id, s.read_on,
                    s.received_at, s.channel.value, s.kind.value, s.state.value,
                    "person" if s.author_person_id is not None else by.kind.value,
                    s.author_person_id if s.author_person_id is not None else by.person_id,
                    by.name[:80], s.key, s.entered_at,
                )
                for k, s in pairs
            ],
        ),
        TableRows(
            ReadingValue,
            ("reading_set_id", "account_id", "zone", "value", "turns", "consumption"),
            [
                (k.set_id, s.account_id, zone.value, value.value, value.turns, value.consumption)
                for k, s in pairs
                for zone, value in s.values.items()
            ],
        ),
        TableRows(
            SetStateChange,
            (
                "reading_set_id", "from_state", "to_state", "at", "by_kind", "by_person_id", "doubts",
                "other_receipt", "words",
            ),
            [
                (
                    k.set_id, ReadingState.SUBMITTED.value, s.state.value, s.received_at,
                    by.kind.value, by.person_id, list(s.doubts), s.instead_of, s.words[:1000],
                )
                for k, s in pairs
            ],
        ),
    )  # fmt: skip
    return kept


def move_set(
    row: ReadingSet, *, to: ReadingState, by: Actor, now: datetime, receipt: str = "", words: str = ""
) -> ReadingState:
    """Move one set, write it down and return where it stood (a step); ``receipt`` names what came instead.

    :raises IllegalMove: the table has no such move
    :raises LostRace: somebody else has moved it first
    """
    step = {
        "at": now,
        "by_kind": by.kind.value,
        "by_person_id": by.person_id,
        "other_receipt": receipt,
        "words": words[:1000],
    }
    return move_row(row, moves=MOVES, to=to, trail=_TRAIL, step=step)


def move_sets(
    *,
    set_ids: Collection[int],
    before: ReadingState,
    after: ReadingState,
    by: Actor,
    now: datetime,
    receipt: str = "",
    period: Month | None = None,
) -> list[int]:
    """Move those of the sets that still stand in ``before``, and write each move down (a step).

    :raises IllegalMove: the table has no such move
    """
    step = _step(by, now, receipt=receipt, period=period)
    return move_many(set_ids, model=ReadingSet, moves=MOVES, before=before, to=after, trail=_TRAIL, step=step)


def move_sets_of(
    source: str,
    *,
    column: str,
    before: ReadingState,
    after: ReadingState,
    by: Actor,
    now: datetime,
    period: Month,
) -> int:
    """The same for the keys in a column of a temporary table; says how many moved (a step).

    :raises IllegalMove: the table has no such move
    """
    return move_table(
        source,
        column,
        model=ReadingSet,
        moves=MOVES,
        before=before,
        to=after,
        trail=_TRAIL,
        step=_step(by, now, period=period),
    )


def _step(by: Actor, now: datetime, *, receipt: str = "", period: Month | None = None) -> dict[str, object]:
    return {
        "at": now,
        "by_kind": by.kind.value,
        "by_person_id": by.person_id,
        "doubts": [],
        "other_receipt": receipt,
        "period": period.first if period is not None else None,
        "words": "",
    }
