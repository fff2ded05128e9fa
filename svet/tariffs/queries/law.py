"""The acts that come with the program, read once: ``tariffs/data/law``."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TypeVar

from svet.kernel.periods import Span
from svet.tariffs.rules.law import DatedRule, DatedRules, Law, LawAct, PenaltyStep

DATA = Path(__file__).resolve().parent.parent / "data" / "law"
Value = TypeVar("Value")
Cells = dict[str, str]


@cache
def law() -> Law:
    """The law as far as it is known to this version. :raises ValueError: its files contradict themselves"""
    return read_law(DATA)


def read_law(folder: Path) -> Law:
    """The tables of a folder: dates are first and last days; an empty last day is open.

    :raises ValueError: two rows hold on one day, or a cell is no date or number
    """
    steps: dict[tuple[str, str, str, str], list[PenaltyStep]] = {}
    for row in _rows(folder, "penalty_steps"):
        key = (row["valid_from"], row["valid_to"], row["act"], row["source_url"])
        divisor = int(row["divisor"]) if row["divisor"] else None
        steps.setdefault(key, []).append(PenaltyStep(int(row["from_day"]), divisor))
    return Law(
        key_rates=_rules(folder, "key_rates", LawAct.KEY_RATE, _percent),
        penalty_caps=_rules(folder, "penalty_caps", LawAct.PENALTY_CAP, _percent),
        penalty_steps=DatedRules(
            LawAct.PENALTY_STEPS,
            [
                DatedRule(_first(key[0]), _last(key[1]), tuple(found), *key[2:])
                for key, found in steps.items()
            ],
        ),
        calendars=_rules(folder, "working_years", LawAct.CALENDAR, lambda row: None),
        days_off=[
            Span(_first(row["valid_from"]), date.fromordinal(_first(row["valid_to"]).toordinal() + 1))
            for row in _rows(folder, "days_off")
        ],
        multipliers=_multipliers(folder),
    )


def _multipliers(folder: Path) -> dict[str, DatedRules[Decimal]]:
    found: dict[str, list[DatedRule[Decimal]]] = {}
    for row in _rows(folder, "multipliers"):
        rule = DatedRule(
            _first(row["valid_from"]), _last(row["valid_to"]), Decimal(row["factor"]), row["act"],
            row["source_url"],
        )  # fmt: skip
        found.setdefault(row["kind"], []).append(rule)
    return {kind: DatedRules(LawAct.MULTIPLIER, rules) for kind, rules in found.items()}


def _rules(folder: Path, name: str, act: LawAct, value: Callable[[Cells], Value]) -> DatedRules[Value]:
    return DatedRules(
        act,
        [
            DatedRule(
                _first(row["valid_from"]), _last(row["valid_to"]), value(row), row["act"], row["source_url"]
            )
            for row in _rows(folder, name)
        ],
    )


def _rows(folder: Path, name: str) -> list[Cells]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _first(text: str) -> date:
    return date.fromisoformat(text)


def _last(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _percent(row: Cells) -> Decimal:
    return Decimal(row["percent"])
