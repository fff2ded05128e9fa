"""All that a new set of a locked meter is judged by, asked at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from svet.kernel.transactions.asking import ask
from svet.metering.queries.dials import (
    ASKED_OF_ONE,
    HORIZON,
    MARKS,
    MeterDials,
    asked_of_one,
    dials_in,
)
from svet.metering.queries.meters import MeterView

#: Of a scale: key and state of its set, zone, value, turns.
StandingScale = tuple[int, str, str, Decimal, int]


@dataclass(frozen=True, slots=True)
class SetFacts:
    """What stands before a new set.

    ``others`` are the scales of customers' sets that no bill has used; ``new_id`` is a fresh key for the set.
    """

    known: MeterDials
    others: tuple[StandingScale, ...]
    key_is_taken: bool
    new_id: int


# Last in a row: the state of the set, whether it is one of the others; and what is the same in every row.
_FACTS: Final = f"""{ASKED_OF_ONE}{MARKS},
others AS MATERIALIZED (
SELECT COALESCE(array_agg(s.id), '{{}}') AS ids FROM metering_readingset s
WHERE s.meter_id = %(meter)s AND s.state IN ('accepted', 'under_review') AND s.kind = 'customer'
    AND s.id <> ALL(%(without)s)
),
fresh AS MATERIALIZED (
SELECT nextval(pg_get_serial_sequence('metering_readingset', 'id')::regclass) AS id,
    EXISTS (SELECT FROM metering_readingset s WHERE s.meter_id = %(meter)s AND s.key = %(key)s) AS taken
)
SELECT marks.*, v.reading_set_id, v.zone, v.value, v.turns, s.read_on,
    s.state, s.id = ANY(others.ids), fresh.taken, fresh.id
FROM marks CROSS JOIN others CROSS JOIN fresh
JOIN metering_readingvalue v
    ON v.reading_set_id = ANY(ARRAY[last_id, base_id, old_id, from_id, to_id] || others.ids)
JOIN metering_readingset s ON s.id = v.reading_set_id
"""  # noqa: S608 - our own text
_SET, _ZONE, _VALUE, _TURNS, _STATE, _IS_OTHER = 6, 7, 8, 9, 11, 12


def facts_of_set(meter: MeterView, *, read_on: date, key: UUID, without: Collection[int] = ()) -> SetFacts:
    """What a set read on the local day ``read_on`` is judged by; the meter is locked, so that it stays so.

    ``without`` are sets to be thought away, because what is judged shall stand in their place.
    """
    asked = {**asked_of_one(meter, read_on), **HORIZON, "without": list(without), "key": key}
    rows = ask(_FACTS, asked)
    others = {
        (row[_SET], row[_STATE], row[_ZONE], row[_VALUE], row[_TURNS]) for row in rows if row[_IS_OTHER]
    }
    return SetFacts(
        known=dials_in(rows, meters=[meter])[meter.meter_id],
        others=tuple(others),
        key_is_taken=rows[0][-2],
        new_id=rows[0][-1],
    )
