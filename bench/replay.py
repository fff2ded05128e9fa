"""From the server's log of one submission to a script by which pgbench repeats it. Pure but for `run`.

Every table's keys start at a million of its own, so a number in a statement tells by itself which row it
means. Keys of rows that stood before become variables counted from the number of the meter; keys that the
submission makes are taken from its own INSERT by ``\\gset``; values that may stand only once get a random
part.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

MARK = "@@"
#: The prefix of a log line: our mark and the process that speaks.
LOG_PREFIX = f"{MARK}%p "
_STATEMENT = re.compile(r"LOG:  (?:statement|execute [^:]+): (.*)", re.DOTALL)
_TABLE = re.compile(r'INSERT INTO "?(\w+)"?', re.IGNORECASE)
_RETURNS_KEY = re.compile(r'RETURNING (?:"\w+"\.)?"?id"?$')
_TAKEN = re.compile(r"^(?=.*\bnextval\().*pg_get_serial_sequence\('(\w+)'", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sample:
    """What stands in the statements of the one submission that was listened to.

    ``known`` and ``once`` give texts and what replaces them; ``made`` gives by table the key that this
    submission made there.
    """

    meters: int
    known: Mapping[str, str]
    made: Mapping[str, int]
    once: Mapping[str, str] = field(default_factory=dict)
    variables: Sequence[str] = ()


def statements(log: str) -> list[str]:
    """The statements of a server log with ``LOG_PREFIX``, in their order, each as one line or more."""
    found = []
    for entry in log.split(MARK)[1:]:
        match = _STATEMENT.search(entry)
        if match is not None:
            # The server begins every further line of a statement with a tab of its own.
            found.append(match.group(1).rstrip("\n").replace("\n\t", "\n").strip().rstrip(";"))
    return found


def script(texts: Sequence[str], sample: Sample) -> str:
    """A custom script for pgbench. :raises ValueError: a statement that pgbench cannot send (COPY)"""
    lines = [
        rf"\set n random(1, {sample.meters})",
        r"\set r random(100000000000, 999999999999)",
        *(rf"\set {each}" for each in sample.variables),
    ]
    swaps = dict(sample.once) | dict(sample.known)
    for table, key in sample.made.items():
        swaps[str(key)] = f":{table}_id"
    order = sorted(swaps, key=len, reverse=True)
    for text in texts:
        if text.upper().startswith("COPY"):
            raise ValueError(f"pgbench cannot send {text[:60]}")
        changed = text
        for old in order:
            changed = changed.replace(old, swaps[old])
        lines.append(changed + _ending(text, made=sample.made))
    return "\n".join(lines) + "\n"


def _ending(text: str, *, made: Mapping[str, int]) -> str:
    """A statement whose answer the next ones need keeps it in variables."""
    taken = _TAKEN.search(text)
    if taken is not None and taken.group(1) in made:
        return f" \\gset {taken.group(1)}_\n\\set {taken.group(1)}_id :{taken.group(1)}_nextval"
    inserted = _TABLE.match(text)
    if inserted is not None and inserted.group(1) in made and _RETURNS_KEY.search(text):
        return f" \\gset {inserted.group(1)}_"
    return ";"


@dataclass(frozen=True, slots=True)
class Bare:
    """What pgbench said: transactions per second, and how many failed."""

    pace: float
    failed: int


def parse_report(text: str) -> Bare:
    """Read pgbench's report. :raises ValueError: it is none"""
    pace = re.search(r"^tps = ([0-9.]+)", text, re.MULTILINE)
    failed = re.search(r"^number of failed transactions: (\d+)", text, re.MULTILINE)
    if pace is None:
        raise ValueError("no report of pgbench")
    return Bare(float(pace.group(1)), int(failed.group(1)) if failed else 0)


def run(*, program: Path, url: str, file: Path, clients: int, seconds: int) -> Bare:
    """Let pgbench repeat the script; the statements go as they are, as Svet's driver sends them."""
    words = [
        str(program), "--no-vacuum", "--protocol=simple", f"--client={clients}", "--jobs=2",
        f"--time={seconds}", f"--file={file}", url,
    ]  # fmt: skip
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"pgbench: {done.stderr.strip()[-1500:]}")
    return parse_report(done.stdout)
