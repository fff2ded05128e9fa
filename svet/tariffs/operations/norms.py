"""Norms come in as tables: all of a file or nothing; a wrong table is taken back and stays to be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.locks import Lock, hold
from svet.kernel.transactions import use_case
from svet.tariffs.models import NormRow
from svet.tariffs.queries.norms import NORM_FIELDS, loaded_norms
from svet.tariffs.rules.norm_file import (
    MAX_BYTES,
    NormError,
    NormFault,
    NormFileRefused,
    NormLine,
    ends,
    norm_faults,
    read_norms,
)


@dataclass(frozen=True, slots=True)
class NormReport:
    """How many rows of a file were new, and how many were there before."""

    added: int
    unchanged: int
    regions: tuple[str, ...]


def load_norms(*, file: Path, now: datetime, only_check: bool = False) -> NormReport:
    """Load a file of norms (see ``rules.norm_file``); a table without a last day ends before the next one.

    ``only_check`` says what would come of it and changes nothing.
    :raises NormFileRefused: something in it is wrong, or it contradicts what is loaded; nothing is taken
    """
    with file.open("rb") as stream:
        lines, errors = read_norms(stream.read(MAX_BYTES + 1))
    regions = tuple(sorted({line.region for line in lines}))
    with use_case():
        hold(Lock.NORMS)
        loaded = loaded_norms(regions)
        last = ends(lines, loaded)
        lines, ended = _ended(lines, last), _ended(loaded, last)
        errors += norm_faults(lines, ended)
        if errors:
            raise NormFileRefused(errors)
        known = {(line.table, line.cell) for line in loaded}
        fresh = [line for line in lines if (line.table, line.cell) not in known]
        if not only_check:
            for (region, first), day in last.items():
                open_ = NormRow.objects.filter(region=region, valid_from=first, valid_to=None, gone_at=None)
                open_.update(valid_to=day, ended_at=now)
            NormRow.objects.bulk_create(_row(line, now=now) for line in fresh)
    return NormReport(len(fresh), len(lines) - len(fresh), regions)


def withdraw_norms(*, region: str, first: date, document: str, by: Actor, now: datetime) -> int:
    """Take a wrong table back, so that the right one can be loaded; says how many rows.

    :raises NormFileRefused: no such table
    """
    with use_case():
        hold(Lock.NORMS)
        rows = NormRow.objects.filter(region=region, valid_from=first, gone_at=None)
        count = rows.update(gone_at=now, gone_document=document[:300])
        if not count:
            raise NormFileRefused([NormError(0, "", NormFault.NOTHING, region)])
        journal.record(
            by=by,
            action="norms.withdrawn",
            subject="norms",
            subject_id="",
            now=now,
            after={"region": region, "valid_from": str(first), "rows": count},
            reason=document,
        )
    return count


def _row(line: NormLine, *, now: datetime) -> NormRow:
    return NormRow(**{name: getattr(line, name) for name in NORM_FIELDS}, loaded_at=now)


def _ended(lines: Sequence[NormLine], last: dict[tuple[str, date], date]) -> list[NormLine]:
    return [
        replace(line, valid_to=last[line.table]) if line.valid_to is None and line.table in last else line
        for line in lines
    ]
