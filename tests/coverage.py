"""``make coverage [ROOM=ledger]``: which branches of each room the tests walk, without the browsers."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
#: They drive another process, whose branches nobody counts, or measure time.
BROWSERS = ("tests/face", "tests/journeys", "tests/standing", "tests/bench", "tests/architecture")


def rooms(files: Mapping[str, Any]) -> dict[str, tuple[int, int, int, int]]:
    """Branches walked and there, lines run and there, of each room of coverage's report."""
    found: dict[str, tuple[int, int, int, int]] = {}
    for name, file in files.items():
        parts = Path(name).parts
        if len(parts) < 3 or parts[0] != "svet":
            continue
        told = file["summary"]
        more = (
            told["covered_branches"], told["num_branches"], told["covered_lines"], told["num_statements"]
        )  # fmt: skip
        before = found.get(parts[1], (0, 0, 0, 0))
        found[parts[1]] = (
            before[0] + more[0], before[1] + more[1], before[2] + more[2], before[3] + more[3]
        )  # fmt: skip
    return found


def table(found: Mapping[str, tuple[int, int, int, int]]) -> str:
    """A line for each room, the least walked first."""
    lines = [f"{'room':<12} {'branches':>14} {'':>5} {'lines':>14}"]
    ordered = sorted(found.items(), key=lambda item: item[1][0] / max(item[1][1], 1))
    for room, (walked, branches, run, there) in ordered:
        share, of_lines = 100 * walked / max(branches, 1), 100 * run / max(there, 1)
        lines.append(
            f"{room:<12} {walked:>6} / {branches:<5} {share:>4.0f}% {run:>6} / {there:<5} {of_lines:>3.0f}%"
        )
    return "\n".join(lines)


def main(room: str) -> int:
    """Run the tests under coverage.py and print the table; fails when a test does."""
    tests = [f"svet/{room}"] if room else ["svet", "tests", *(f"--ignore={each}" for each in BROWSERS)]
    workers = [] if room else ["-n", "2", "--dist", "load"]
    coverage = [sys.executable, "-m", "coverage"]
    subprocess.run([*coverage, "erase"], cwd=ROOT, check=True)
    done = subprocess.run([*coverage, "run", "-m", "pytest", *workers, *tests], cwd=ROOT, check=False)
    subprocess.run([*coverage, "combine", "--quiet"], cwd=ROOT, check=True)
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder, "told.json")
        subprocess.run([*coverage, "json", "--quiet", "-o", str(told)], cwd=ROOT, check=True)
        found = rooms(json.loads(told.read_text("utf-8"))["files"])
    sys.stdout.write(table({room: found[room]} if room else found) + "\n")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
