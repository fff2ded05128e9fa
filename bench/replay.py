"""From the server's log of one submission to a script by which pgbench repeats it. Pure but for `run`.

Every table's keys start at a million of its own, so a number in a statement tells by itself which row it
means. Keys of rows that stood before become variables counted from the number of the meter; keys that the
submission makes are taken from its own INSERT by ``\\gset``; values that may stand only once get a random
part. Statements are prepared once per connection, as Svet's driver prepares them, and then executed.
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
_VALUES = re.compile(r"DETAIL:  [Pp]arameters: (.*)", re.DOTALL)
_VALUE = re.compile(r"\$\d+ = (NULL|'(?:[^']|'')*')", re.DOTALL)
_WHOLE = re.compile(r"'-?[0-9]{1,9}'")
_MOMENT = re.compile(r"'\d{4}-\d\d-\d\d \d\d:[^']*'")
_PREPARED = re.compile(r"(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)
# What Svet commits without waiting for the disk begins with a clause that says so.
_TABLE = re.compile(r'(?:WITH lazily AS .*?\)\s+)?INSERT INTO "?(\w+)"?', re.IGNORECASE | re.DOTALL)
_WRITES = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM)\b")
_RETURNS_KEY = re.compile(r'RETURNING (?:"\w+"\.)?"?id"?(?:, .*)?$')
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


@dataclass(frozen=True, slots=True)
class Statement:
    """A text as the server got it, and the literals of ``$1``, ``$2`` … that came with it."""

    text: str
    values: tuple[str, ...] = ()
    typed: bool = False

    @property
    def replayable(self) -> bool:
        """Whether it can be prepared by word: ``BEGIN`` and its like cannot."""
        return _PREPARED.match(self.text) is not None

    def prepare(self, name: str) -> str:
        """The command that prepares it; ``typed``: whole numbers came as such, as the driver sends them."""
        kinds = ", ".join("integer" if _WHOLE.fullmatch(each) else "unknown" for each in self.values)
        return f"PREPARE {name}{f'({kinds})' if self.typed and kinds else ''} AS {self.text}"

    def inlined(self) -> str:
        """The text with its values in their places."""
        return re.sub(r"\$(\d+)", lambda place: self._literal(int(place.group(1)) - 1), self.text)

    def _literal(self, place: int) -> str:
        value = self.values[place]
        if _MOMENT.fullmatch(value):
            return f"{value}::timestamptz"
        return value.strip("'") if self.typed and _WHOLE.fullmatch(value) else value


def statements(log: str) -> list[Statement]:
    """The statements of a server log with ``LOG_PREFIX``, in their order, each as one line or more."""
    found: list[Statement] = []
    for entry in log.split(MARK)[1:]:
        # The server begins every further line of a statement with a tab of its own.
        said = entry.rstrip("\n").replace("\n\t", "\n")
        if (match := _STATEMENT.search(said)) is not None:
            # An empty one is the pool asking whether the connection still lives.
            if text := match.group(1).strip().rstrip(";"):
                found.append(Statement(text))
        elif found and (match := _VALUES.search(said)) is not None:
            found[-1] = Statement(found[-1].text, tuple(_VALUE.findall(match.group(1))))
    return found


@dataclass(frozen=True, slots=True)
class Trips:
    """What one act asks of the database: statements, commits of what was written, and those that wait."""

    statements: int
    commits: int
    waits: int


def trips(texts: Sequence[Statement]) -> Trips:
    """Count them. What is only read alone is no commit; BEGIN and COMMIT are no statements."""
    commits = waits = count = 0
    inside = written = False
    for text in (each.text for each in texts):
        word = text.upper()
        if word in ("BEGIN", "COMMIT"):
            ends = word == "COMMIT" and written
            inside, written = word == "BEGIN", False
            commits, waits = commits + ends, waits + ends
            continue
        count += 1
        writes = _WRITES.search(text) is not None and "FOR NO KEY UPDATE" not in text
        written = written or writes
        if writes and not inside:
            commits, waits = commits + 1, waits + ("WITH lazily" not in text)
    return Trips(count, commits, waits)


def head(sample: Sample) -> str:
    """The variables of a script: a random meter, and what is counted from it."""
    return "\n".join(
        [
            rf"\set n random(1, {sample.meters})",
            r"\set r random(100000000000, 999999999999)",
            *(rf"\set {each}" for each in sample.variables),
        ]
    )


def script(texts: Sequence[Statement], sample: Sample, *, prepared_once: bool = True) -> str:
    """A custom script for pgbench; ``prepared_once`` False: bound by the client each time, without a head.

    :raises ValueError: a statement that pgbench cannot send (COPY)
    """
    swaps = dict(sample.once) | dict(sample.known)
    for table, key in sample.made.items():
        swaps[str(key)] = f":{table}_id"
    order = sorted(swaps, key=len, reverse=True)

    def swapped(text: str) -> str:
        for old in order:
            text = text.replace(old, swaps[old])
        return text

    prepared: list[str] = []
    lines: list[str] = []
    for number, statement in enumerate(texts, start=1):
        if statement.text.upper().startswith("COPY"):
            raise ValueError(f"pgbench cannot send {statement.text[:60]}")
        text = statement.text
        if prepared_once and statement.replayable and not any(old in text for old in order):
            prepared.append(f"{statement.prepare(f's{number}')};")
            text = f"EXECUTE s{number}"
            if statement.values:
                text += f"({', '.join(map(swapped, statement.values))})"
        else:
            text = swapped(statement.inlined())
        lines.append(text + _ending(statement.inlined(), made=sample.made))
    if not prepared_once:
        return "\n".join(lines) + "\n"
    # Variables outlive a transaction of pgbench, so each of its connections prepares once.
    first = [r"\if :fresh", *prepared, r"\set fresh 0", r"\endif"] if prepared else []
    return "\n".join([*first, head(sample), *lines]) + "\n"


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
    """Let pgbench repeat the script."""
    words = [
        str(program), "--no-vacuum", "--protocol=simple", "--define=fresh=1", f"--client={clients}",
        "--jobs=2", f"--time={seconds}", f"--file={file}", url,
    ]  # fmt: skip
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"pgbench: {done.stderr.strip()[-1500:]}")
    return parse_report(done.stdout)
