"""What the document asks for, in its order: blocks of shell for machines, and marks for whoever reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

OPERATIONS = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
MACHINES = ("front", "first", "second")
PEOPLE = ("a person registers, attaches the account and sends a reading", "the person pays the bill")
_STEP = re.compile(
    r"^```bash document(?P<machines>[ a-z]+)\n(?P<block>.*?)^```$|^<!-- document: (?P<mark>.*?) -->$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Step:
    """``block`` runs on each of ``machines``; with a ``mark`` something is done by hand instead."""

    line: int
    machines: tuple[str, ...] = ()
    block: str = ""
    mark: str = ""


def steps(text: str | None = None) -> list[Step]:
    """Every step of the document. :raises ValueError: a machine or a mark that nobody knows"""
    text = OPERATIONS.read_text("utf-8") if text is None else text
    found = []
    for match in _STEP.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        machines = tuple((match["machines"] or "").split())
        step = Step(line, machines, match["block"] or "", match["mark"] or "")
        _check(step)
        found.append(step)
    return found


def carried(mark: str) -> tuple[str, str, str] | None:
    """File, from and to of a mark that carries something."""
    words = mark.split()
    return (words[1], words[2], words[3]) if words[0] == "carry" and len(words) == 4 else None


def _check(step: Step) -> None:
    way = carried(step.mark) if step.mark else None
    unknown = set(step.machines) - set(MACHINES)
    if unknown or (step.mark and way is None and step.mark not in PEOPLE):
        raise ValueError(f"line {step.line}: {unknown or step.mark}")
