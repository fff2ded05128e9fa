"""Issuing the bills of a 13th month against the raw database: the same rows by bare COPY.

    python -m bench.bills [ACCOUNTS]            20,000 accounts by default
    python -m bench.bills --processes 1         one process instead of two

The town and its month are those of :mod:`bench.billing`. Bills are issued without notices and files, as
``svet bill --issue`` does it: balances and charges gathered, the document and its checksum, the row. Each
goes on from a bill of the month before, issued by the program and not measured, as those of people who are
billed every month do. The bare side writes the same rows into the same table, with its keys, checks and
indexes, as if they were those of the month after; triggers and foreign keys are off
(``session_replication_role``). CPU: of the processes and of PostgreSQL.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from bench import billing
from bench.billing_year import MONTH, YEAR

USUAL = 20_000
#: More than so many times the raw CPU is a fault.
MOST = 8.0
_COLUMNS: Final = (
    "id", "public_id", "number", "account_id", "period", "version", "issued_at", "issued_on", "due_on",
    "snapshot_sha256", "kwh", "total_kopecks", "payable_kopecks", "no", "from_seq", "to_seq",
    "opening_kopecks", "snapshot",
)  # fmt: skip
# As the month after would have them: each goes on where the one before stopped.
_OTHERWISE: Final = {
    "id": "id + (SELECT max(id) FROM bills_bill)",
    "public_id": "reverse(public_id)",
    "period": "date '2026-02-01'",
    "no": "no + 1",
    "from_seq": "to_seq + 1",
    "opening_kopecks": "payable_kopecks",
}
_MATERIAL: Final = (
    f"SELECT {', '.join(_OTHERWISE.get(name, name) for name in _COLUMNS)} FROM bills_bill"
    f" WHERE period = date '{MONTH}-01' ORDER BY id"
)


def eve() -> None:
    """The bills of the month before, behind a year whose bills nobody looks at any more."""
    billing.set_up()
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE billing_billingmonth SET state = 'issued' WHERE period < date '{YEAR[-1]}-01'"
        )
        # Its copies are not those of the month before it: somebody is to have seen that.
        cursor.execute("UPDATE billing_billingmonth SET released_by = 'bench'")
    issue(YEAR[-1])


def issue(month: str = MONTH) -> None:
    """Issue a month's bills."""
    billing.set_up()
    from datetime import UTC, datetime, timedelta

    from svet.accounts.models import Provider
    from svet.bills import operations
    from svet.kernel.periods import Month

    before, started = _cpu(), time.perf_counter()
    report = operations.issue(
        provider_id=Provider.objects.get().pk,
        period=Month.parse(month),
        now=datetime(2026, 1, 28, 9, tzinfo=UTC) - timedelta(days=31 * (month != MONTH)),
        announce=False,
    )
    billing.tell(cpu=_cpu() - before, seconds=time.perf_counter() - started, bills=report.issued)


def raw(folder: Path) -> None:
    """The same rows by COPY into the same table, in one transaction."""
    import psycopg

    cluster = folder / "database" / "pgdata"
    with psycopg.connect(os.environ["SVET_DATABASE_URL"]) as connection:
        with (
            (folder / "bills").open("wb") as out,
            connection.cursor().copy(f"COPY ({_MATERIAL}) TO STDOUT") as copy,
        ):
            for block in copy:
                out.write(block)
        connection.execute("SET session_replication_role = replica")
        connection.commit()
        server, mine, started = billing.server_cpu(cluster), _cpu(), time.perf_counter()
        with (
            (folder / "bills").open("rb") as bills,
            connection.cursor().copy(f"COPY bills_bill ({', '.join(_COLUMNS)}) FROM STDIN") as copy,
        ):
            while block := bills.read(1 << 16):
                copy.write(block)
        connection.commit()
        seconds = time.perf_counter() - started
        cpu = _cpu() - mine + billing.server_cpu(cluster) - server
        row = connection.execute("SELECT count(*) FROM bills_bill WHERE no = 3").fetchone()
        assert row is not None
    billing.tell(cpu=cpu, seconds=seconds, bills=row[0])


def measure(accounts: int, *, processes: int) -> float:
    """How many times the raw CPU. Prints both sides."""
    from svet.launcher.postgres import Server

    with tempfile.TemporaryDirectory(prefix="svet-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        os.environ["SVET_DATA"] = str(folder / "data")
        server = Server(folder / "database", settings={})
        server.start()
        try:
            os.environ["SVET_DATABASE_URL"] = server.url()
            _phase("bench.billing", "prepare", str(accounts))
            _phase("bench.bills", "eve")
            for phase in ("bill", "refresh"):
                _phase("bench.billing", phase)
            before = billing.server_cpu(server.cluster)
            runs = _phase("bench.bills", "issue", processes=processes)
            after = billing.server_cpu(server.cluster)
            (bare,) = _phase("bench.bills", "raw", str(folder))
        finally:
            server.stop()
    python = sum(each["cpu"] for each in runs)
    ours = {
        "bills": sum(each["bills"] for each in runs),
        "cpu": python + after - before,
        "seconds": max(each["seconds"] for each in runs),
        "memory": max(each["memory"] for each in runs),
    }
    assert ours["bills"] == bare["bills"] > 0, "the two sides differ"
    ratio = float(ours["cpu"] / bare["cpu"])
    print(
        f"{ours['bills']:,} bills of a 13th month, no notices, no files, {processes} processes that issued"
        f" {' and '.join(format(each['bills'], ',') for each in runs)}"
    )
    for title, side in (("issued", ours), ("raw COPY", bare)):
        print(
            f"  {title:<10}{side['cpu']:8.2f} s CPU {side['seconds']:8.2f} s wall"
            f" {side['cpu'] / side['bills'] * 1e6:8.1f} µs CPU a bill {side['memory']:6} MB peak"
        )
    print(
        f"  ratio {ratio:.1f}× CPU (Python {python / ours['cpu']:.0%}),"
        f" {ours['seconds'] / bare['seconds']:.1f}× wall",
        flush=True,
    )
    return ratio


def _phase(module: str, *arguments: str, processes: int = 1) -> list[dict[str, Any]]:
    words = [sys.executable, "-m", module, *arguments]
    started = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    found = []
    for process in started:
        said, _ = process.communicate()
        assert process.returncode == 0, f"{module} {arguments[0]} failed"
        found.append(json.loads(said.splitlines()[-1]))
    return found


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(arguments: list[str]) -> int:
    """Run a phase in its own process, or measure."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "svet.config.settings")
    os.environ["SVET_ENV"] = "test"
    match arguments:
        case ["eve"]:
            eve()
        case ["issue"]:
            issue()
        case ["raw", where]:
            raw(Path(where))
        case _:
            parser = argparse.ArgumentParser(prog="python -m bench.bills")
            parser.add_argument("accounts", nargs="?", type=int, default=USUAL)
            parser.add_argument("--processes", type=int, default=2)
            given = parser.parse_args(arguments)
            return int(measure(given.accounts, processes=given.processes) > MOST)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
