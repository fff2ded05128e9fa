"""Issuing the bills of a 13th month against the raw database: the same rows by bare COPY.

    python -m bench.bills [ACCOUNTS]      20,000 accounts by default

The town and its month are those of :mod:`bench.billing`. Bills are issued without notices and files, by one
process, as ``svet bill --issue`` does it: balances and charges gathered, the document and its checksum, the
row. No account has an earlier bill, so the document is a first one. CPU: of the process and of PostgreSQL.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import billing
from bench.billing_year import MONTH

USUAL = 20_000
#: More than so many times the raw CPU is a fault.
MOST = 60.0


def issue() -> None:
    """Issue the month's bills."""
    billing.set_up()
    from datetime import UTC, datetime

    from svet.accounts.models import Provider
    from svet.bills import operations
    from svet.kernel.periods import Month

    before, started = _cpu(), time.perf_counter()
    report = operations.issue(
        provider_id=Provider.objects.get().pk,
        period=Month.parse(MONTH),
        now=datetime(2026, 1, 28, 9, tzinfo=UTC),
        announce=False,
    )
    billing.tell(cpu=_cpu() - before, seconds=time.perf_counter() - started, bills=report.issued)


def raw(folder: Path) -> None:
    """The same rows: COPY into a table with the same keys, checks and indexes."""
    import psycopg

    with psycopg.connect(os.environ["SVET_DATABASE_URL"]) as connection:
        with (
            (folder / "bills").open("wb") as out,
            connection.cursor().copy("COPY bills_bill TO STDOUT") as copy,
        ):
            for block in copy:
                out.write(block)
        connection.execute("CREATE TABLE raw_bills_bill (LIKE bills_bill INCLUDING ALL)")
        connection.commit()
        server, mine, started = (
            billing.server_cpu(folder / "database" / "pgdata"),
            _cpu(),
            time.perf_counter(),
        )
        with (
            (folder / "bills").open("rb") as bills,
            connection.cursor().copy("COPY raw_bills_bill FROM STDIN") as copy,
        ):
            while block := bills.read(1 << 16):
                copy.write(block)
        connection.commit()
        seconds = time.perf_counter() - started
        cpu = _cpu() - mine + billing.server_cpu(folder / "database" / "pgdata") - server
        row = connection.execute("SELECT count(*) FROM raw_bills_bill").fetchone()
        assert row is not None
    billing.tell(cpu=cpu, seconds=seconds, bills=row[0])


def measure(accounts: int) -> float:
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
            for phase in (("prepare", str(accounts)), ("bill",), ("refresh",)):
                _phase("bench.billing", *phase)
            before = billing.server_cpu(server.cluster)
            ours = _phase("bench.bills", "issue")
            ours["cpu"] += billing.server_cpu(server.cluster) - before
            bare = _phase("bench.bills", "raw", str(folder))
        finally:
            server.stop()
    assert ours["bills"] == bare["bills"] > 0, "the two sides differ"
    ratio = float(ours["cpu"] / bare["cpu"])
    print(f"{ours['bills']:,} bills of a 13th month, no notices, no files, one process")
    for title, side in (("issued", ours), ("raw COPY", bare)):
        print(
            f"  {title:<10}{side['cpu']:8.2f} s CPU {side['seconds']:8.2f} s wall"
            f" {side['cpu'] / side['bills'] * 1e6:8.1f} µs CPU a bill {side['memory']:6} MB peak"
        )
    print(f"  ratio {ratio:.1f}× CPU, {ours['seconds'] / bare['seconds']:.1f}× wall", flush=True)
    return ratio


def _phase(module: str, *arguments: str) -> dict[str, Any]:
    words = [sys.executable, "-m", module, *arguments]
    said = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return found


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(arguments: list[str]) -> int:
    """Run a phase in its own process, or measure."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "svet.config.settings")
    os.environ["SVET_ENV"] = "test"
    match arguments:
        case ["issue"]:
            issue()
        case ["raw", where]:
            raw(Path(where))
        case [*numbers]:
            return int(measure(int(numbers[0]) if numbers else USUAL) > MOST)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
