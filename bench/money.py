"""The money path without its bank: orders, callbacks and postings a second, beside bare counterparts.

    python -m bench.money [SECONDS]       8 seconds a measurement by default

Each act is done by two processes, one connection each, as a worker does it; the bank answers at once from
inside the process. *pgbench* repeats the statements that the server logged for one act, *inserts* writes only
the rows which that act left, into copies of the tables with their keys, checks and indexes but without
triggers and foreign keys. Both are two clients of pgbench in the same run on the same durable server. See
bench/README.md.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import replay
from bench.figures import machine
from bench.money_rows import made_since, marks, plain_script
from bench.requests import BATCH, HELD, METERS
from bench.stack import Ground

CLIENTS, SECONDS = 2, 8
ACTS = ("order", "callback", "posting", "hot_posting")
TITLES = {
    "order": "orders begun",
    "callback": "callbacks kept",
    "posting": "postings, single",
    "hot_posting": "postings, one hot account",
    "batch": f"postings, {BATCH:,} transactions a batch",
}


@dataclass(frozen=True, slots=True)
class Figures:
    """One act: how often a second, and its two bare counterparts."""

    title: str
    pace: float
    same: float
    rows: float

    @property
    def line(self) -> str:
        """As a line of the table; times are how much slower we are."""
        return (
            f"{self.title:<40}{self.pace:>9,.0f}{self.same:>11,.0f}{self.same / self.pace:>7.1f}×"
            f"{self.rows:>11,.0f}{self.rows / self.pace:>7.1f}×"
        )


def child(*words: str) -> subprocess.Popen[str]:
    """One process of ours; says a number on its last line."""
    return subprocess.Popen(
        [sys.executable, "-m", "bench.money_acts", *words], stdout=subprocess.PIPE, text=True
    )


def said(process: subprocess.Popen[str]) -> float:
    """What it said. :raises RuntimeError: it failed"""
    out = process.communicate()[0]
    if process.returncode:
        raise RuntimeError(f"a process of the benchmark failed: {process.args!r}")
    return float(out.splitlines()[-1])


def ours(act: str, seconds: int) -> float:
    """How often a second all clients together get it done."""
    clients = 1 if act == "batch" else CLIENTS
    running = [child(act, str(seconds)) for _ in range(clients)]
    return sum(map(said, running))


def counterparts(ground: Ground, act: str, *, begins: dict[str, int], seconds: int) -> tuple[float, float]:
    """The pace of the act's statements and of its rows alone, by pgbench."""
    before = marks(ground)
    sample = child("one", act)
    texts = ground.heard(lambda: said(sample))
    made = made_since(ground, before)
    scripts = (
        replay.script(texts, _sample(ground, act, made.keys, begins)),
        plain_script(ground, made, _once(ground, act, made.keys)),
    )
    return _pgbench(ground, scripts[0], seconds), _pgbench(ground, scripts[1], seconds)


def _pgbench(ground: Ground, script: str, seconds: int) -> float:
    ground.ask("CHECKPOINT")
    with tempfile.TemporaryDirectory(prefix="svet-bench-") as folder:
        file = Path(folder) / "script.sql"
        file.write_text(script, "utf-8")
        bare = replay.run(
            program=ground.pgbench, url=ground.server.url(), file=file, clients=CLIENTS, seconds=seconds
        )
    if bare.failed:
        raise RuntimeError(f"pgbench: {bare.failed} transactions failed")
    return bare.pace


def _sample(ground: Ground, act: str, made: dict[str, int], begins: dict[str, int]) -> replay.Sample:
    """Which numbers of the sample are whose: account 8 of the town and who holds it, or its first order."""
    known: dict[str, str] = {}
    variables = [f"holder (:n - 1) / {HELD} + 1"]
    if act == "order":
        for name, value, count in (
            ("accounts_account", 8, ":n"), ("accounts_link", 8, ":n"), ("people_person", 2, ":holder"),
            ("notices_recipient", 2, ":holder"), ("accounts_group", 2, ":holder"),
        ):  # fmt: skip
            known[str(begins[name] + value)] = f":{name}"
            variables.append(f"{name} {begins[name]} + {count}")
    elif act == "posting":
        known[str(begins["accounts_account"] + 8)] = ":accounts_account"
        variables.append(f"accounts_account {begins['accounts_account']} + :n")
    account = ground.ask(
        "SELECT public_id FROM accounts_account WHERE id = %s", begins["accounts_account"] + 8
    )
    once = _once(ground, act, made)
    once[str(account[0][0])] = "a0000000:n_public"
    variables.append("n_public 10000000 + :n")
    return replay.Sample(METERS, known, made, once, variables)


def _once(ground: Ground, act: str, made: dict[str, int]) -> dict[str, str]:
    """Texts of the sample that may stand in the tables only once."""
    if act == "order":
        ((name, number, key),) = ground.ask(
            "SELECT public_id, number, key FROM payments_order WHERE id = %s", made["payments_order"]
        )
        uuid = "00000000-0000-4000-8000-:r"
        once = {str(name): "o000:r", str(number): "N:r", str(key): uuid}
        return once | {str(key).replace("-", ""): uuid.replace("-", "")}
    if act in ("posting", "hot_posting"):
        ((key,),) = ground.ask("SELECT key FROM ledger_transaction WHERE id = %s", made["ledger_transaction"])
        return {str(key): "bench-:r"}
    return {}


@contextmanager
def grounds() -> Iterator[tuple[Ground, dict[str, int]]]:
    """A durable server with a town, reachable for the children by the environment."""
    from svet.launcher.postgres import Server

    with tempfile.TemporaryDirectory(prefix="svet-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = Server(folder / "database", settings={})
        server.start()
        try:
            os.environ |= {
                "DJANGO_SETTINGS_MODULE": "svet.config.settings",
                "SVET_ENV": "test",
                "SVET_DATA": str(folder / "data"),
                "SVET_DATABASE_URL": server.url(),
                "SVET_LIMITS_FACTOR": "1000000",
                "SVET_ACQUIRING_URL": "yookassa+http://100500:test_sandbox@127.0.0.1:1/v3",
                "SVET_DATABASE_MAX_AGE": "600",
            }
            subprocess.run([sys.executable, "-m", "svet", "migrate"], check=True, stdout=subprocess.DEVNULL)
            built = subprocess.run(
                [sys.executable, "-m", "bench.town", str(METERS)],
                check=True, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
            ground = Ground(server)
            # An outside id that can be counted, and requisites to pay to.
            ground.ask(
                "UPDATE accounts_account SET public_id = 'a0000000' || 10000000 + id - %s",
                begins_of(built.stdout)["accounts_account"],
            )
            said(child("prepare"))
            yield ground, begins_of(built.stdout)
        finally:
            server.stop()


def begins_of(out: str) -> dict[str, int]:
    """Where the keys of each table begin, as bench.town says it."""
    found: dict[str, int] = json.loads(out.splitlines()[-1])
    return found


def measure(seconds: int) -> list[Figures]:
    """The whole table."""
    found = []
    with grounds() as (ground, begins):
        for act in ACTS:
            pace = ours(act, seconds)
            found.append(
                Figures(TITLES[act], pace, *counterparts(ground, act, begins=begins, seconds=seconds))
            )
            print(found[-1].line, flush=True)
        bare = [said(child("bare", kind, str(seconds))) for kind in ("statements", "rows")]
        found.append(Figures(TITLES["batch"], ours("batch", seconds), *bare))
        print(found[-1].line, flush=True)
    return found


def main(arguments: list[str]) -> int:
    """Measure and print."""
    before = machine()
    print(f"{'':<40}{'a second':>9}{'pgbench':>11}{'':>8}{'inserts':>11}", flush=True)
    measure(int(arguments[0]) if arguments else SECONDS)
    print(before)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
