"""docs/requirements.yaml: what Svet has to do, with the page, the tests and what a walk has seen of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs" / "requirements.yaml"
#: The page that shows the rows to people; what stands under this line is made of them.
PAGE = ROOT / "docs" / "requirements.md"
BELOW = "<!-- made by python -m tests.requirements --write -->\n"
#: The three lists: their letter, how many each has, and what it is about.
LISTS = {
    "R": (33, "What the guide for customers shows"),
    "P": (12, "What the best of the others have"),
    "X": (17, "What none of them has"),
}


class Verdict(StrEnum):
    MET = "met"
    IN_PART = "in part"
    NOT_MET = "not met"


class Javascript(StrEnum):
    """How the browser was set when the row was walked."""

    ON = "on"
    OFF = "off"
    BOTH = "on and off"


@dataclass(frozen=True, slots=True)
class Seen:
    """A walk: local day, widths in CSS pixels, whether scripts ran, whether by keys alone, what there was."""

    day: date
    widths: Sequence[int]
    javascript: Javascript
    keyboard: bool
    saw: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row; ``missing`` says what is not there, ``unseen`` why nobody has walked it."""

    id: str
    what: str
    verdict: Verdict
    missing: str
    pages: Sequence[str]
    tests: Sequence[str]
    seen: Seen | None
    unseen: str


_WORDS = {"id", "what", "verdict", "missing", "pages", "tests", "seen", "unseen"}
_WORDS_OF_A_WALK = {"day", "widths", "javascript", "keyboard", "saw"}


def numbers() -> Iterator[str]:
    """The number of every requirement, in order."""
    for letter, (count, _) in LISTS.items():
        yield from (f"{letter}{number}" for number in range(1, count + 1))


def read(row: dict[str, Any]) -> Requirement:
    """One row of the document. :raises ValueError: a word that no row has"""
    walked = row.get("seen") or {}
    strange = (set(row) - _WORDS) | (set(walked) - _WORDS_OF_A_WALK)
    if strange:
        raise ValueError(f"{row['id']}: {sorted(strange)}")
    seen = (
        Seen(
            walked["day"],
            walked["widths"],
            Javascript(walked["javascript"]),
            walked.get("keyboard", False),
            walked["saw"],
        )
        if walked
        else None
    )
    return Requirement(
        row["id"],
        row["what"],
        Verdict(row["verdict"]),
        row.get("missing", ""),
        row.get("pages", []),
        row.get("tests", []),
        seen,
        row.get("unseen", ""),
    )


def requirements() -> list[Requirement]:
    """The rows of the document, in its order."""
    return [read(row) for row in yaml.safe_load(FILE.read_text("utf-8"))]


def counts(rows: Sequence[Requirement]) -> str:
    """How many of each list stand how, as a table of Markdown."""
    counted = Counter((row.id[0], row.verdict) for row in rows)
    walked = Counter(row.id[0] for row in rows if row.seen)
    lines = ["| list | " + " | ".join(Verdict) + " | all | walked |", "|---|" + "---|" * (len(Verdict) + 2)]
    for letter, (count, about) in LISTS.items():
        told = [counted[letter, verdict] for verdict in Verdict]
        numbers = " | ".join(map(str, [*told, sum(told), walked[letter]]))
        lines.append(f"| {letter}1–{letter}{count}: {about} | {numbers} |")
    total = Counter(row.verdict for row in rows)
    told = [total[verdict] for verdict in Verdict]
    lines.append(f"| together | {' | '.join(map(str, told))} | {len(rows)} | {walked.total()} |")
    return "\n".join(lines)


def table(rows: Sequence[Requirement]) -> str:
    """Each row with its pages, its tests counted, and the walk, as a table of Markdown."""
    lines = ["| | what | pages | stands | tests | walked | what was seen |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        pages = ", ".join(f"`{page}`" for page in row.pages) or "–"
        stands = f"{row.verdict}: {row.missing}" if row.missing else str(row.verdict)
        lines.append(
            f"| {row.id} | {row.what} | {pages} | {stands} | {len(row.tests) or '–'} | {walk(row.seen)} | "
            f"{row.seen.saw if row.seen else row.unseen} |"
        )
    return "\n".join(lines)


def walk(seen: Seen | None) -> str:
    """When and how a row was walked, in one cell."""
    if not seen:
        return "no"
    widths = ", ".join(map(str, seen.widths))
    keys = ", by keys alone" if seen.keyboard else ""
    return f"{seen.day:%d.%m.%Y}, {widths} px, JavaScript {seen.javascript}{keys}"


def shown(rows: Sequence[Requirement]) -> str:
    """What the page of the documents holds under its line."""
    parts = [counts(rows)]
    for letter, (_, about) in LISTS.items():
        parts.append(f"## {about}\n\n{table([row for row in rows if row.id.startswith(letter)])}")
    return "\n\n".join(parts) + "\n"
