"""`svet bill` of a 13th month against the raw database: the same rows by bare COPY and INSERT…SELECT.

    python -m bench.billing [ACCOUNTS ...]      20,000 accounts by default; several numbers: one after another
    python -m bench.billing --stale             with the statistics of a nearly empty database
    python -m bench.billing --processes 1       one process instead of two
    python -m bench.billing --verify            and `svet verify` of that database, whole and of what is new
    SCALE=full python -m bench.billing          200,000 accounts

The month has ten percent of estimates and as many who catch up, late readings, range crossings, a change of
prices inside, second and new meters (:mod:`bench.billing_year`). CPU is that of the billing processes and of
all PostgreSQL processes together, wall that of the slowest. The database is a fresh embedded PostgreSQL with
durable settings. Seconds differ from machine to machine: the ratios are what to look at.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Any

from bench import billing_year
from bench.billing_raw import Bare
from bench.billing_year import ACCOUNTS, DIGEST, MONTH, PATTERN, TABLES, YEAR, copies, sets_of
from bench.phases import database, own_cpu, phase, phases, server_cpu, set_up, tell

USUAL, FULL = 20_000, 200_000


def prepare(accounts: int) -> None:
    """Let the pattern live through its year, charged by the program, and copy it."""
    set_up()
    from datetime import UTC, date, datetime
    from decimal import Decimal

    from django.core.management import call_command
    from django.db import connection

    from svet.accounts.operations import add_provider
    from svet.billing import operations
    from svet.kernel.actors import Actor
    from svet.kernel.periods import Month
    from svet.tariffs.operations import shipped_files

    call_command("migrate", verbosity=0)
    provider = add_provider(code="bench", name="Bench", region="Челябинская область")
    for file in shipped_files():
        operations.load_tariffs(file=file, now=datetime(2025, 1, 1, tzinfo=UTC))
    operations.set_policy(
        provider_id=provider.provider_id,
        valid_from=date(2024, 1, 1),
        norm_kwh_per_person=Decimal(90),
        by=Actor.system("bench"),
        now=datetime(2025, 1, 1, tzinfo=UTC),
    )
    with connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE bench_sets")
        cursor.execute(ACCOUNTS.format(provider=provider.provider_id))
        for name in YEAR:
            cursor.execute(sets_of(name))
            month = Month.parse(name)
            now = datetime(month.year, month.month, 27, 9, tzinfo=UTC)
            report = operations.run(provider_id=provider.provider_id, period=month, now=now)
            assert report.problems == 0, f"{report.problems} problems in {name}"
        cursor.execute(sets_of(MONTH))
        cursor.execute("ANALYZE")
        _check_digest(cursor, provider.provider_id)
        columns = {table: _columns(cursor, table) for table in TABLES}
        shift = {table: _last(cursor, table) for table in TABLES if "id" in columns[table]}
        put_back = billing_year.without_indexes(cursor)
        for statement in copies(columns, shift, accounts // PATTERN - 1, put_back):
            cursor.execute(statement)
    tell()


def _columns(cursor: Any, table: str) -> list[str]:
    cursor.execute(
        "SELECT array_agg(column_name::text ORDER BY ordinal_position) FROM information_schema.columns"
        " WHERE table_name = %s",
        [table],
    )
    found: list[str] = cursor.fetchone()[0]
    return found


def _last(cursor: Any, table: str) -> int:
    cursor.execute(f"SELECT max(id) FROM {table}")
    return int(cursor.fetchone()[0])


def _check_digest(cursor: Any, provider_id: int) -> None:
    """What the copies will say of their facts is what the program says of the pattern's."""
    from svet.accounts.queries import provider_by_id
    from svet.billing.queries.facts import provider_facts
    from svet.kernel.periods import Month

    facts = provider_facts(provider_by_id(provider_id))
    cursor.execute("CREATE TABLE bench_groups (code text, shared text)")
    for code in facts.tables:
        shared = facts.shared(frozenset((code,)), until=Month.parse(YEAR[-1]))
        cursor.execute("INSERT INTO bench_groups VALUES (%s, %s)", [code, shared])
    cursor.execute(
        f"SELECT count(*) FROM billing_charge c JOIN accounts_account a ON a.id = c.account_id,"
        f" (SELECT date '2000-01-01' AS zero) d WHERE c.period = '{YEAR[-1]}-01' AND c.facts <> {DIGEST}"
    )
    wrong = cursor.fetchone()[0]
    assert wrong == 0, f"{wrong} digests of the pattern are other ones"


def refresh() -> None:
    """Tables as a database that lives has them: vacuumed and analyzed."""
    import psycopg

    with psycopg.connect(os.environ["SVET_DATABASE_URL"], autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
    tell()


def bill() -> None:
    """The billing run itself, or one process of it."""
    set_up()
    from datetime import UTC, datetime

    from svet.accounts.models import Provider
    from svet.billing import operations
    from svet.billing.operations import sets
    from svet.kernel.periods import Month

    easy, write = [0], sets.write

    def counted(**how: Any) -> sets.Written:
        written = write(**how)
        easy[0] += written.charges
        return written

    sets.write = counted
    by_sets = None if os.environ.get("BENCH_BY_SETS", "1") == "1" else False
    before, started = own_cpu(), time.perf_counter()
    report = operations.run(
        provider_id=Provider.objects.get().pk,
        period=Month.parse(MONTH),
        now=datetime(2026, 1, 27, 9, tzinfo=UTC),
        by_sets=by_sets,
    )
    tell(
        seconds=time.perf_counter() - started, cpu=own_cpu() - before, easy=easy[0],
        charges=report.charges, lines=report.lines,
        kopecks=report.total_kopecks, problems=report.problems, estimated=report.estimated,
    )  # fmt: skip


def raw(folder: Path) -> None:
    """The same rows into the same tables: COPY of the lines, the rest by SQL, in one transaction."""
    import psycopg

    cluster = folder / "database" / "pgdata"
    with psycopg.connect(os.environ["SVET_DATABASE_URL"]) as connection:
        # What the run wrote is the material; taking it out is not measured.
        bare = Bare(connection, MONTH)
        with (
            (folder / "lines").open("wb") as out,
            connection.cursor().copy(f"COPY ({bare.material}) TO STDOUT") as copy,
        ):
            for block in copy:
                out.write(block)
        connection.execute("SET session_replication_role = replica")
        connection.commit()
        before, mine, started = server_cpu(cluster), own_cpu(), time.perf_counter()
        with (folder / "lines").open("rb") as lines, connection.cursor().copy(bare.lines) as copy:
            while block := lines.read(1 << 16):
                copy.write(block)
        for statement in bare.money:
            connection.execute(statement)
        books = server_cpu(cluster) - before
        for statement in bare.readings:
            connection.execute(statement)
        connection.commit()
        seconds = time.perf_counter() - started
        own = own_cpu() - mine
        cpu = own + server_cpu(cluster) - before
        row = connection.execute(bare.written).fetchone()
        assert row is not None
    tell(seconds=seconds, cpu=cpu, books=own + books, charges=row[0], kopecks=int(row[1]))


def proved(since: str, jobs: int) -> None:
    """`svet verify` of the database as the run left it; every promise is kept."""
    side = phase("bench.verify", "look", since, jobs, 0)
    slow = sorted(side["promises"].items(), key=lambda pair: -pair[1])[:5]
    print(
        f"  svet verify --{since}, {jobs} processes: {side['seconds']:.1f} s, {side['cpu']:.1f} s CPU,"
        f" {side['memory']} MB; " + ", ".join(f"{number} {seconds:.1f} s" for number, seconds in slow),
        flush=True,
    )


def measure(accounts: int, *, processes: int, stale: bool, verify: bool = False) -> tuple[float, float]:
    """One size: how many times the raw CPU and the raw wall the run took. Prints both sides."""
    with database({"autovacuum": "off"} if stale else {}) as server:
        phase("bench.billing", "prepare", accounts)
        if not stale:
            phase("bench.billing", "refresh")
        before = server_cpu(server.cluster)
        runs = phases("bench.billing", "bill", processes=processes)
        after = server_cpu(server.cluster)
        # Before the raw rows stand in their place: those prove nothing.
        for since in ("full", "since") if verify else ():
            proved(since, processes)
        bare = phase("bench.billing", "raw", server.folder.parent)
    run = max(runs, key=lambda each: each["charges"])
    assert run["kopecks"] == bare["kopecks"], "the two sides differ"
    python = sum(each["cpu"] for each in runs)
    run |= {"cpu": python + after - before, "seconds": max(each["seconds"] for each in runs)}
    easy = sum(each["easy"] for each in runs)
    run["memory"] = max(each["memory"] for each in runs)
    print(
        f"billing of a 13th month{', stale statistics' if stale else ''}: {run['charges']:,} accounts,"
        f" {easy / run['charges']:.0%} by sets, {run['lines']:,} lines, {run['estimated']:,} estimated,"
        f" {run['problems']} problems,"
        f" {processes} processes"
    )
    for title, side in (("svet bill", run), ("raw COPY + INSERT…SELECT", bare)):
        print(
            f"  {title:<26}{side['cpu']:8.2f} s CPU {side['seconds']:8.2f} s wall"
            f" {side['cpu'] / side['charges'] * 1e6:8.1f} µs CPU an account {side['memory']:6} MB peak"
        )
    cpu, wall = run["cpu"] / bare["cpu"], run["seconds"] / bare["seconds"]
    print(
        f"  ratio {cpu:.1f}× CPU (Python {python / run['cpu']:.0%}), {wall:.1f}× wall;"
        f" {run['cpu'] / bare['books']:.1f}× the CPU of charges, lines and books alone",
        flush=True,
    )
    return cpu, wall


def main(arguments: list[str]) -> int:
    """Measure, print, and fail when the run costs more than twenty times the CPU of the bare rows."""
    parser = argparse.ArgumentParser(prog="python -m bench.billing")
    parser.add_argument("accounts", nargs="*", type=int)
    parser.add_argument("--stale", action="store_true")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--verify", action="store_true")
    given = parser.parse_args(arguments)
    usual = FULL if os.environ.get("SCALE") == "full" else USUAL
    found = [
        measure(accounts, processes=given.processes, stale=given.stale, verify=given.verify)
        for accounts in given.accounts or [usual]
    ]
    return 0 if max(cpu for cpu, _ in found) <= 20 else 1


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["prepare", count]:
            prepare(int(count))
        case ["refresh"]:
            refresh()
        case ["bill"]:
            bill()
        case ["raw", where]:
            raw(Path(where))
        case rest:
            sys.exit(main(rest))
