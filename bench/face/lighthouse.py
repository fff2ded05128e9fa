"""Lighthouse, mobile, on Debian's Chromium; installed once into a folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.face.browser import CHROMIUM, FLAGS
from bench.face.goals import Scores

# The newest that runs on Debian's Node 18 and 20.
VERSION = "12.8.2"
FOLDER = Path(tempfile.gettempdir()) / f"svet-lighthouse-{VERSION}"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
PATIENCE_SECONDS = 150


@dataclass(frozen=True, slots=True)
class Report:
    """The marks of one run and the names of the audits that cost something."""

    scores: Scores
    failed: tuple[str, ...]
    # Lighthouse's measure of the machine: its slow-down of four is meant for one of 1,500 or so.
    machine: float = 0.0


def _nothing(why: str) -> Report:
    return Report(Scores(-1, -1, -1, -1), (f"Lighthouse did not finish: {why}",))


def install() -> Path:
    """Have Lighthouse; returns its command. :raises SystemExit: there is no npm, or it fails"""
    command = FOLDER / "node_modules" / ".bin" / "lighthouse"
    if command.exists():
        return command
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise SystemExit("Lighthouse needs node and npm; LIGHTHOUSE_RUNS=0 measures without it")
    print(f"Installing Lighthouse {VERSION} into {FOLDER} (once)", flush=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "package.json").write_text('{"private": true}\n')
    words = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    subprocess.run([npm, *words, f"lighthouse@{VERSION}"], cwd=FOLDER, check=True, timeout=600)
    return command


def cookie_header(state: Any) -> str:
    """A browser's kept cookies as one header; empty for nobody."""
    cookies = (state or {}).get("cookies", [])
    return "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in cookies)


def read_report(report: dict[str, Any]) -> Report:
    """Marks out of 100 and what spoiled them. A mark Lighthouse could not give is −1."""
    marks: list[int] = []
    failed: list[str] = []
    for name in CATEGORIES:
        category = report["categories"][name]
        score = category["score"]
        marks.append(-1 if score is None else round(score * 100))
        for part in category["auditRefs"]:
            audit = report["audits"][part["id"]]
            if part["weight"] and audit["score"] is not None and audit["score"] < 0.9:
                shown = audit.get("displayValue", "")
                failed.append(f"{name}: {audit['id']} {shown}".strip())
    return Report(Scores(*marks), tuple(failed), float(report["environment"]["benchmarkIndex"]))


def run(command: Path, *, address: str, state: Any) -> Report:
    """One run over one page."""
    with tempfile.TemporaryDirectory(prefix="svet-lighthouse-run-") as folder:
        out = Path(folder) / "report.json"
        words = [
            str(command), address, "--quiet", "--output=json", f"--output-path={out}",
            f"--only-categories={','.join(CATEGORIES)}", "--locale=en",
            f"--chrome-flags=--headless=new {' '.join(FLAGS)}",
        ]  # fmt: skip
        if state:
            headers = Path(folder) / "headers.json"
            headers.write_text(json.dumps({"Cookie": cookie_header(state)}))
            words.append(f"--extra-headers={headers}")
        environment = {**os.environ, "CHROME_PATH": CHROMIUM}
        try:
            subprocess.run(words, env=environment, check=True, timeout=PATIENCE_SECONDS, capture_output=True)
        except subprocess.TimeoutExpired:
            return _nothing(f"more than {PATIENCE_SECONDS} s")
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode("utf-8", "replace").split("\n")
            return _nothing(next((line for line in said if "rror" in line), said[0])[:200])
        return read_report(json.loads(out.read_text()))
