"""The acts that come with the program and those of the installation, read once."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TypeVar

from django.conf import settings

from svet.kernel.periods import Span
from svet.tariffs.models import LawEntry
from svet.tariffs.rules.law import DatedRule, DatedRules, Law, LawAct, Moratorium, PenaltyStep
from svet.tariffs.rules.law_entries import LawEntryKind, NewLawEntry, with_entries

DATA = Path(__file__).resolve().parent.parent / "data" / "law"
Value = TypeVar("Value")
Cells = dict[str, str]


@cache
def law() -> Law:
    """The law as far as it is known: to this version, and to ``SVET_LAW_FOLDER`` in addition.

    :raises ValueError: the files contradict themselves or each other
    """
    return read_law(DATA, *([Path(settings.LAW_FOLDER)] if settings.LAW_FOLDER else []))


@dataclass(frozen=True, slots=True)
class LawEntryView:
    """A row that the installation has entered; a withdrawn one holds for no day."""

    number: int
    entry: NewLawEntry
    entered_at: datetime
    entered_by: str
    withdrawn_at: datetime | None
    withdrawn_because: str


def law_in_force() -> Law:
    """The law of :func:`law` with the rows that were entered: what counts penalties counts by it."""
    return with_entries(law(), [each.entry for each in law_entries() if each.withdrawn_at is None])


def law_entries() -> list[LawEntryView]:
    """Every row that was entered, in order of its days."""
    return [
        LawEntryView(
            number=row.pk,
            entry=NewLawEntry(
                kind=LawEntryKind(row.kind),
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                percent=row.percent,
                act=row.act,
                source_url=row.source_url,
                region=row.region,
            ),
            entered_at=row.entered_at,
            entered_by=row.entered_by,
            withdrawn_at=row.withdrawn_at,
            withdrawn_because=row.withdrawn_because,
        )
        for row in LawEntry.objects.order_by("kind", "valid_from", "pk")
    ]


def read_law(*folders: Path) -> Law:
    """The tables of the folders together: dates are first and last days; an empty last day is open.

    :raises ValueError: two rows hold on one day, a cell is no date or number, a folder is not there
    """
    if missing := [folder for folder in folders if not folder.is_dir()]:
        raise ValueError(f"{missing[0]} is no folder")
    steps: dict[tuple[str, str, str, str], list[PenaltyStep]] = {}
    for row in _rows(folders, "penalty_steps"):
        key = (row["valid_from"], row["valid_to"], row["act"], row["source_url"])
        divisor = int(row["divisor"]) if row["divisor"] else None
        steps.setdefault(key, []).append(PenaltyStep(int(row["from_day"]), divisor))
    return Law(
        key_rates=_rules(folders, "key_rates", LawAct.KEY_RATE, _percent),
        penalty_caps=_rules(folders, "penalty_caps", LawAct.PENALTY_CAP, _percent),
        penalty_steps=DatedRules(
            LawAct.PENALTY_STEPS,
            [
                DatedRule(_first(key[0]), _last(key[1]), tuple(found), *key[2:])
                for key, found in steps.items()
            ],
        ),
        calendars=_rules(folders, "working_years", LawAct.CALENDAR, lambda row: None),
        days_off=[
            Span(_first(row["valid_from"]), date.fromordinal(_first(row["valid_to"]).toordinal() + 1))
            for row in _rows(folders, "days_off")
        ],
        working_weekends=frozenset(_first(row["day"]) for row in _rows(folders, "working_weekends")),
        multipliers=_multipliers(folders),
        moratoria=tuple(
            Moratorium(
                _first(row["valid_from"]), _first(row["valid_to"]), row["act"], row["source_url"],
                row["region"],
            )
            for row in _rows(folders, "moratoria")
        ),
    )  # fmt: skip


def _multipliers(folders: Sequence[Path]) -> dict[str, DatedRules[Decimal]]:
    found: dict[str, list[DatedRule[Decimal]]] = {}
    for row in _rows(folders, "multipliers"):
        rule = DatedRule(
            _first(row["valid_from"]), _last(row["valid_to"]), Decimal(row["factor"]), row["act"],
            row["source_url"],
        )  # fmt: skip
        found.setdefault(row["kind"], []).append(rule)
    return {kind: DatedRules(LawAct.MULTIPLIER, rules) for kind, rules in found.items()}


def _rules(
    folders: Sequence[Path], name: str, act: LawAct, value: Callable[[Cells], Value]
) -> DatedRules[Value]:
    return DatedRules(
        act,
        [
            DatedRule(
                _first(row["valid_from"]), _last(row["valid_to"]), value(row), row["act"], row["source_url"]
            )
            for row in _rows(folders, name)
        ],
    )


def _rows(folders: Sequence[Path], name: str) -> list[Cells]:
    rows: list[Cells] = []
    for folder in folders:
        file = folder / f"{name}.csv"
        if folder != DATA and not file.exists():
            continue
        with file.open(encoding="utf-8", newline="") as stream:
            rows += csv.DictReader(stream)
    return rows


def _first(text: str) -> date:
    return date.fromisoformat(text)


def _last(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _percent(row: Cells) -> Decimal:
    return Decimal(row["percent"])
