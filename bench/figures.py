"""Pure arithmetic and printing: percentiles, the table of results, the line about the machine."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what was measured, how fast, its bare counterpart, and what it took.

    ``pace`` and ``bare`` are per second; ``p50`` and ``p95`` are milliseconds, ``memory`` is megabytes.
    ``web`` and ``database`` are milliseconds of CPU for one act, ``statements``, ``commits`` and ``waits``
    (for the disk) what it asks of the database.
    """

    title: str
    pace: float | None = None
    bare: float | None = None
    p50: float | None = None
    p95: float | None = None
    errors: int | None = None
    memory: float | None = None
    web: float | None = None
    database: float | None = None
    statements: float | None = None
    commits: float | None = None
    waits: float | None = None

    @property
    def ratio(self) -> float | None:
        """The share of the bare pace that is left."""
        return self.pace / self.bare if self.pace is not None and self.bare else None


def percentile(numbers: Sequence[float], share: float) -> float:
    """The smallest of the numbers that ``share`` of them do not exceed (nearest rank)."""
    if not numbers:
        raise ValueError("no numbers")
    ordered = sorted(numbers)
    rank = -(-len(ordered) * round(share * 10_000) // 10_000)
    return ordered[max(0, min(len(ordered), rank) - 1)]


_HEAD = (
    "",
    "per second",
    "bare",
    "ratio",
    "web CPU",
    "db CPU",
    "statements",
    "commits",
    "waits",
    "p50 ms",
    "p95 ms",
    "errors",
    "peak MB",
)


def table(rows: Sequence[Row]) -> str:
    """The rows as aligned text; what was not measured stays empty."""
    cells = [
        _HEAD,
        *(
            (
                row.title,
                _shown(row.pace, 1 if row.pace and row.pace < 100 else 0),
                _shown(row.bare, 0),
                _shown(row.ratio, 3),
                _shown(row.web, 2),
                _shown(row.database, 2),
                _shown(row.statements, 0),
                _shown(row.commits, 0),
                _shown(row.waits, 0),
                _shown(row.p50, 1),
                _shown(row.p95, 1),
                _shown(row.errors, 0),
                _shown(row.memory, 0),
            )
            for row in rows
        ),
    ]
    widths = [max(len(line[place]) for line in cells) for place in range(len(_HEAD))]
    lines = []
    for line in cells:
        first, *others = (cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        lines.append("  ".join([line[0].ljust(len(first)), *others]).rstrip())
    lines.insert(1, "-" * max(len(line) for line in lines))
    return "\n".join(lines)


def _shown(number: float | None, places: int) -> str:
    return "" if number is None else f"{number:,.{places}f}"


def machine() -> str:
    """One line: cores, memory, how busy the machine was, kernel and Python."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    load = os.getloadavg()[0]
    return (
        f"machine: {os.cpu_count()} cores{_model()}, {memory:.0f} GiB, load {load:.1f},"
        f" {platform.system()} {platform.release()}, Python {platform.python_version()}"
    )


def _model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    for line in lines:
        if line.startswith("model name"):
            return f" of {line.partition(':')[2].strip()}"
    return ""
