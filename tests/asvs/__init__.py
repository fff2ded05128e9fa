"""docs/asvs.yaml: every requirement of OWASP ASVS 5.0.0, levels 1 and 2, with a verdict and what holds it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs" / "asvs.yaml"
#: The numbers of the standard with their levels, from its own list, which this one is compared to.
LIST = Path(__file__).with_name("requirements.txt")


class Verdict(StrEnum):
    MET = "met"
    CONFIGURED = "configured"
    NOT_APPLICABLE = "not applicable"
    NOT_MET = "not met"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row; ``because`` is its configuration, its reason or what is missing, by the verdict."""

    id: str
    level: int
    summary: str
    verdict: Verdict
    because: str
    tests: Sequence[str]
    documents: Sequence[str]

    @property
    def chapter(self) -> str:
        return self.id.partition(".")[0]


#: The word under which each verdict says why.
_BECAUSE = {
    Verdict.CONFIGURED: "configuration",
    Verdict.NOT_APPLICABLE: "reason",
    Verdict.NOT_MET: "missing",
}
_WORDS = {"id", "level", "summary", "verdict", "tests", "documents"}


def requirements() -> list[Requirement]:
    """The rows of the document. :raises ValueError: a word that no row has, or one of another verdict"""
    found = []
    for row in yaml.safe_load(FILE.read_text("utf-8")):
        verdict = Verdict(row["verdict"])
        word = _BECAUSE.get(verdict, "")
        strange = set(row) - _WORDS - {word}
        if strange:
            raise ValueError(f"{row['id']}: {sorted(strange)}")
        found.append(
            Requirement(
                row["id"],
                row["level"],
                row["summary"],
                verdict,
                row.get(word, ""),
                row.get("tests", []),
                row.get("documents", []),
            )
        )
    return found


def of_the_standard() -> dict[str, int]:
    """Number and level of each requirement of levels 1 and 2."""
    lines = (line.split() for line in LIST.read_text("utf-8").splitlines())
    return {number: int(level) for number, level in lines}


def table(rows: Sequence[Requirement]) -> str:
    """How many of each chapter have which verdict, as a table of Markdown."""
    counts = Counter((row.chapter, row.verdict) for row in rows)
    chapters = list(dict.fromkeys(row.chapter for row in rows))
    lines = ["| chapter | " + " | ".join(Verdict) + " | all |", "|---|" + "---|" * (len(Verdict) + 1)]
    for chapter in chapters:
        told = [counts[chapter, verdict] for verdict in Verdict]
        lines.append(f"| {chapter} | " + " | ".join(map(str, [*told, sum(told)])) + " |")
    total = Counter(row.verdict for row in rows)
    lines.append(
        "| together | " + " | ".join(str(total[verdict]) for verdict in Verdict) + f" | {len(rows)} |"
    )
    return "\n".join(lines)
