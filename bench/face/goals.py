"""What a page must stay under, and the table that says whether it does. Pure: no browser, no network."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

# A phone's first and next visit; seconds and milliseconds under slow 4G and a four times slower processor.
FIRST_VISIT_BYTES = 60 * 1024
NEXT_VISIT_BYTES = 15 * 1024
LCP_MS = 1500.0
CLS = 0.0
INP_MS = 100.0
# Lighthouse, mobile.
PERFORMANCE = 98
FULL = 100


@dataclass(frozen=True, slots=True)
class Visit:
    """One first visit, the one after it, and one touch of the page."""

    first_bytes: int
    next_bytes: int
    first_requests: int
    next_requests: int
    lcp_ms: float
    cls: float
    inp_ms: float


@dataclass(frozen=True, slots=True)
class Scores:
    """Lighthouse's four marks out of 100; −1 when it could not tell."""

    performance: int
    accessibility: int
    best_practices: int
    seo: int


def median_visit(visits: Sequence[Visit]) -> Visit:
    """The middle of several visits, each number by itself."""
    return Visit(
        first_bytes=round(statistics.median(v.first_bytes for v in visits)),
        next_bytes=round(statistics.median(v.next_bytes for v in visits)),
        first_requests=round(statistics.median(v.first_requests for v in visits)),
        next_requests=round(statistics.median(v.next_requests for v in visits)),
        lcp_ms=statistics.median(v.lcp_ms for v in visits),
        cls=statistics.median(v.cls for v in visits),
        inp_ms=statistics.median(v.inp_ms for v in visits),
    )


def median_scores(runs: Sequence[Scores]) -> Scores:
    """The middle of several runs, each mark by itself."""
    return Scores(
        performance=round(statistics.median(r.performance for r in runs)),
        accessibility=round(statistics.median(r.accessibility for r in runs)),
        best_practices=round(statistics.median(r.best_practices for r in runs)),
        seo=round(statistics.median(r.seo for r in runs)),
    )


def visit_misses(visit: Visit) -> list[str]:
    """The goals a visit misses, each as «what it is > what it may be»."""
    misses = []
    if visit.first_bytes > FIRST_VISIT_BYTES:
        misses.append(f"first visit {visit.first_bytes} B > {FIRST_VISIT_BYTES}")
    if visit.next_bytes > NEXT_VISIT_BYTES:
        misses.append(f"next visit {visit.next_bytes} B > {NEXT_VISIT_BYTES}")
    if not visit.lcp_ms:
        misses.append("LCP: nothing was painted")
    if visit.lcp_ms > LCP_MS:
        misses.append(f"LCP {visit.lcp_ms:.0f} ms > {LCP_MS:.0f}")
    # Browsers report shifts far below a pixel as tiny fractions; three digits are what one can see.
    if round(visit.cls, 3) > CLS:
        misses.append(f"CLS {visit.cls:.3f} > {CLS:.0f}")
    if visit.inp_ms > INP_MS:
        misses.append(f"INP {visit.inp_ms:.0f} ms > {INP_MS:.0f}")
    return misses


def score_misses(scores: Scores, *, public: bool) -> list[str]:
    """The marks below their goals; only public pages are to be found by search engines."""
    misses = []
    if scores.performance < PERFORMANCE:
        misses.append(f"performance {scores.performance} < {PERFORMANCE}")
    if scores.accessibility < FULL:
        misses.append(f"accessibility {scores.accessibility} < {FULL}")
    if scores.best_practices < FULL:
        misses.append(f"best practices {scores.best_practices} < {FULL}")
    if public and scores.seo < FULL:
        misses.append(f"SEO {scores.seo} < {FULL}")
    return misses


@dataclass(frozen=True, slots=True)
class Row:
    """One page of the table."""

    name: str
    public: bool
    visit: Visit
    scores: Scores | None

    def misses(self) -> list[str]:
        """Everything this page misses."""
        marks = [] if self.scores is None else score_misses(self.scores, public=self.public)
        return visit_misses(self.visit) + marks


HEAD = (
    "page",
    "first KB",
    "next KB",
    "requests",
    "LCP s",
    "CLS",
    "INP ms",
    "perf",
    "a11y",
    "best",
    "SEO",
    "",
)


def _cells(row: Row) -> tuple[str, ...]:
    visit, scores = row.visit, row.scores
    if scores is None:
        marks = ("", "", "", "")
    else:
        marks = (
            str(scores.performance),
            str(scores.accessibility),
            str(scores.best_practices),
            str(scores.seo) if row.public else "noindex",
        )
    return (
        row.name,
        f"{visit.first_bytes / 1024:.1f}",
        f"{visit.next_bytes / 1024:.1f}",
        f"{visit.first_requests}/{visit.next_requests}",
        f"{visit.lcp_ms / 1000:.2f}",
        f"{visit.cls:.3f}".rstrip("0").rstrip("."),
        f"{visit.inp_ms:.0f}",
        *marks,
        "MISSES" if row.misses() else "",
    )


def table(rows: Sequence[Row]) -> str:
    """All pages, the first column to the left and numbers to the right."""
    lines = [HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
