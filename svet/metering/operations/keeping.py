"""How a set of readings is written: the set, its values, the first change of its state. Steps only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection

from svet.kernel.actors import Actor
from svet.kernel.bulk import copy_rows, take_ids
from svet.kernel.ids import new_public_id
from svet.kernel.transactions import require_transaction
from svet.metering.models import ReadingSet, ReadingValue, SetStateChange
from svet.metering.rules import ReadingChannel, ReadingKind, ReadingState, Zone, may_move
from svet.metering.rules.receipts import receipt_number


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
    reason: str = ""
    words: str = ""
    entered_at: datetime | None = None
    author_person_id: int | None = None


@dataclass(frozen=True, slots=True)
class WrittenSet:
    """The key and the outside names of a set that was written."""

    set_id: int
    public_id: str
    receipt_number: str


def keep_sets(sets: Sequence[NewSet], *, by: Actor) -> list[WrittenSet]:
    """Write sets that passed the judge, in their order. :raises RuntimeError: no transaction is open"""
    require_transaction()
    kept = [
        WrittenSet(key, new_public_id(), receipt_number(key))
        for key in take_ids(model=ReadingSet, count=len(sets))
    ]
    pairs = list(zip(kept, sets, strict=True))
    copy_rows(
        model=ReadingSet,
        columns=(
            "id", "public_id", "receipt_number", "account_id", "meter_id", "read_on", "received_at",
            "channel", "kind", "state", "author_kind", "author_person_id", "author_name", "key",
            "entered_at",
        ),
        rows=(
            (
                k.set_id, k.public_id, k.receipt_number, s.account_id, s.meter_id, s.read_on, s.received_at,
                s.channel.value, s.kind.value, s.state.value,
                "person" if s.author_person_id is not None else by.kind.value,
                s.author_person_id if s.author_person_id is not None else by.person_id,
                by.name[:80], s.key, s.entered_at,
            )
            for k, s in pairs
        ),
    )  # fmt: skip
    copy_rows(
        model=ReadingValue,
        columns=("reading_set_id", "account_id", "zone", "value", "turns", "consumption"),
        rows=(
            (k.set_id, s.account_id, zone.value, value.value, value.turns, value.consumption)
            for k, s in pairs
            for zone, value in s.values.items()
        ),
    )
    copy_rows(
        model=SetStateChange,
        columns=(
            "reading_set_id", "from_state", "to_state", "at", "by_kind", "by_person_id", "reason", "words",
        ),
        rows=(
            (
                k.set_id, ReadingState.SUBMITTED.value, s.state.value, s.received_at,
                by.kind.value, by.person_id, s.reason[:200], s.words[:1000],
            )
            for k, s in pairs
        ),
    )  # fmt: skip
    return kept


def move_sets(
    *,
    set_ids: Iterable[int],
    before: ReadingState,
    after: ReadingState,
    by: Actor,
    now: datetime,
    reason: str = "",
    words: str = "",
) -> list[int]:
    """Move those of the sets that still stand in ``before``, and write each move down (a step).

    :raises ValueError: the table has no such move
    """
    require_transaction()
    if not may_move(before, after):
        raise ValueError(f"a set of readings never goes from {before} to {after}")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH moved AS (
                UPDATE metering_readingset SET state = %(after)s
                WHERE id = ANY(%(ids)s) AND state = %(before)s RETURNING id)
            INSERT INTO metering_setstatechange
                (reading_set_id, from_state, to_state, at, by_kind, by_person_id, reason, words)
            SELECT id, %(before)s, %(after)s, %(now)s, %(kind)s, %(person)s, %(reason)s, %(words)s FROM moved
            RETURNING reading_set_id
            """,
            {
                "ids": list(set_ids),
                "before": before.value,
                "after": after.value,
                "now": now,
                "kind": by.kind.value,
                "person": by.person_id,
                "reason": reason[:200],
                "words": words[:1000],
            },
        )
        return [row[0] for row in cursor.fetchall()]
