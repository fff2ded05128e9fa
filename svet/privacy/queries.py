"""Everything kept about a person, and nothing about anybody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from svet.kernel.personal import DataSubject, Row
from svet.people import queries as people
from svet.privacy import shares


def everything(*, person_id: int, now: datetime) -> dict[str, Any]:
    """All of it as plain values; keys are the words of the API."""
    who = DataSubject(person_id, people.recipient_of(person_id))
    return {"made_at": now} | {section.key: section.rows(who) for section in shares.sections()}


def sections(copy: Mapping[str, Any]) -> list[tuple[str, str, Sequence[Row]]]:
    """The same, as tables to read, each with its name and title."""
    return [
        (one.key, str(one.title), [copy[one.key]] if isinstance(copy[one.key], Mapping) else copy[one.key])
        for one in shares.sections()
    ]
