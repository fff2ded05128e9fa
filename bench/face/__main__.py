"""``make bench-face``: bytes, requests, Web Vitals and Lighthouse's marks of every page; exits 1 on a miss.

``FACE_VISITS`` (3) visits and ``LIGHTHOUSE_RUNS`` (1; 5 before a release, 0 for none) runs per page, of which
the medians count; ``FACE_PAGES`` limits the pages by parts of their names, separated by commas;
``FACE_MAIN=1`` walks to the twelve main pages alone (``make lighthouse``);
``SVET_FACE_URL`` names a demo that already stands.
"""

from __future__ import annotations

import os
import statistics
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from bench.face import lighthouse
from bench.face.browser import chromium
from bench.face.goals import Row, Scores, median_scores, median_visit, table
from bench.face.main_pages import main_survey
from bench.face.pages import Place, chosen, renewed, survey
from bench.face.standing import standing_demo
from bench.face.visits import of_a_new_device, visit

#: The demonstration's outer world and the builders' page are nobody's cabinet.
OUTSIDE = ("/sandbox/", "/look/")


@dataclass
class Notes:
    """What Lighthouse said against each page and found the machine worth; routes that were not reached."""

    spoiled: dict[str, tuple[str, ...]] = field(default_factory=dict)
    machine: list[float] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)


def _scores(command: Path, place: Place, *, base: str, state: Any, runs: int, notes: Notes) -> Scores:
    address = base + place.path
    reports = [lighthouse.run(command, address=address, state=state) for _ in range(runs)]
    notes.machine += [report.machine for report in reports if report.machine]
    spoiled = sorted({line for report in reports for line in report.failed})
    # A private page is kept from search engines on purpose.
    notes.spoiled[place.name] = tuple(line for line in spoiled if place.public or not line.startswith("seo:"))
    return median_scores([report.scores for report in reports])


def measure(browser: Browser, *, base: str, visits: int, runs: int, notes: Notes) -> list[Row]:
    """Every page's numbers; what Lighthouse said against them goes to the notes."""
    command = lighthouse.install() if runs else None
    rows: list[Row] = []
    walk = main_survey if os.environ.get("FACE_MAIN") == "1" else survey
    found = walk(base=base)
    notes.unreached = found.unreached
    for place in chosen(found.places, os.environ.get("FACE_PAGES", "")):
        if place.path.startswith(OUTSIDE):
            continue
        state = of_a_new_device(renewed(base=base, place=place, found=found))
        seen = [visit(browser, address=base + place.path, state=state) for _ in range(visits)]
        scores = None
        # Browsers write the status 404 to the console, which Lighthouse holds against every such page.
        if command is not None and not place.name.startswith("nothing-here"):
            scores = _scores(command, place, base=base, state=state, runs=runs, notes=notes)
        rows.append(Row(place.name, place.public, median_visit(seen), scores))
        print(f"  {place.name}", file=sys.stderr, flush=True)
    return rows


def main() -> int:
    visits = max(1, int(os.environ.get("FACE_VISITS", "3")))
    runs = int(os.environ.get("LIGHTHOUSE_RUNS", "1"))
    notes = Notes()
    with standing_demo() as base, chromium() as browser:
        rows = measure(browser, base=base, visits=visits, runs=runs, notes=notes)
    print(table(rows))
    print(f"\nMedians of {visits} visits and {runs} Lighthouse runs per page, 4x slower processor, slow 4G.")
    speed = f", Lighthouse finds it worth {statistics.median(notes.machine):.0f}" if notes.machine else ""
    print(f"The machine: load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors{speed}.")
    missing = [row for row in rows if row.misses()]
    for row in missing:
        print(f"{row.name}: {'; '.join(row.misses())}")
        for line in notes.spoiled.get(row.name, ()):
            print(f"    {line}")
    for route in notes.unreached:
        print(f"No way was found to /{route}: say in bench/face/pages.py how one gets there.")
    print(f"{len(missing)} of {len(rows)} pages miss a goal." if missing else "Every page keeps every goal.")
    return int(bool(missing or notes.unreached))


if __name__ == "__main__":
    sys.exit(main())
