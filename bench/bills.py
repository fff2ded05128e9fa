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
import os
import sys
import time
from pathlib import Path
from typing import Final

from bench.billing_year import MONTH, YEAR
from bench.phases import database, own_cpu, phase, phases, server_cpu, set_up, tell

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
    set_up()
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
    set_up()
    from datetime import UTC, datetime, timedelta

    from svet.accounts.models import Provider
    from svet.bills import operations
    from svet.kernel.periods import Month

    before, started = own_cpu(), time.perf_counter()
    report = operations.issue(
        provider_id=Provider.objects.get().pk,
        period=Month.parse(month),
        now=datetime(2026, 1, 28, 9, tzinfo=UTC) - timedelta(days=31 * (month != MONTH)),
        announce=False,
    )
    tell(cpu=own_cpu() - before, seconds=time.perf_counter() - started, bills=report.issued)


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
        server, mine, started = server_cpu(cluster), own_cpu(), time.perf_counter()
        with (
            (folder / "bills").open("rb") as bills,
            connection.cursor().copy(f"COPY bills_bill ({', '.join(_COLUMNS)}) FROM STDIN") as copy,
        ):
            while block := bills.read(1 << 16):
                copy.write(block)
        connection.commit()
        seconds = time.perf_counter() - started
        cpu = own_cpu() - mine + server_cpu(cluster) - server
        row = connection.execute("SELECT count(*) FROM bills_bill WHERE no = 3").fetchone()
        assert row is not None
    tell(cpu=cpu, seconds=seconds, bills=row[0])


def measure(accounts: int, *, processes: int) -> float:
    """How many times the raw CPU. Prints both sides."""
    with database() as server:
        phase("bench.billing", "prepare", accounts)
        phase("bench.bills", "eve")
        phase("bench.billing", "bill")
        phase("bench.billing", "refresh")
        before = server_cpu(server.cluster)
        runs = phases("bench.bills", "issue", processes=processes)
        after = server_cpu(server.cluster)
        bare = phase("bench.bills", "raw", server.folder.parent)
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


def main(arguments: list[str]) -> int:
    """Run a phase in its own process, or measure."""
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
