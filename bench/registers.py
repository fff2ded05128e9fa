"""A bank's register of payments taken against the raw database: the same rows by bare COPY.

    python -m bench.registers [ROWS]            100,000 rows by default

Nine rows in ten pay one of 20,000 accounts, one in a hundred nobody's, one in a hundred takes a payment back,
the rest pay on one hot account. The raw side copies every row the taking wrote (register rows, payments,
ledger transactions, postings, balances) into the same tables with their keys, checks and indexes, but without
triggers and foreign keys, in one transaction. CPU is that of the process and of all PostgreSQL
processes. The database is a fresh embedded PostgreSQL with durable settings. Ratios are what to look at.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path

from bench.phases import database, own_cpu, phase, server_cpu, set_up, tell

USUAL, ACCOUNTS, GOAL = 100_000, 20_000, 3.0
TABLES = (
    "exchange_importrow",
    "payments_importedpayment",
    "ledger_transaction",
    "ledger_posting",
    "ledger_accountbalance",
)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _line(number: int) -> tuple[str, int]:
    """One row of the register and its kopecks."""
    account = f"03{number % ACCOUNTS:08d}"
    kopecks = 10_000 + number % 400_000
    if number % 100 == 7:
        account = f"09{number:08d}"
    elif number % 100 == 9:
        account, kopecks = f"03{(number - 1) % ACCOUNTS:08d}", -(10_000 + (number - 1) % 400_000)
    elif number % 10 == 3:
        account = "0300000003"
    paid = f"{'-' if kopecks < 0 else ''}{abs(kopecks) // 100},{abs(kopecks) % 100:02d}"
    return (
        f"16-11-2026;10-{number % 60:02d}-15;8597;0{number % 900:03d};K{number % 9};{number:012d};{account};"
        f"Крапивина Зоя П.;ул. Ветряная, {number % 300};1026;{paid};{paid};0,00",
        kopecks,
    )


def write_register(path: Path, rows: int) -> None:
    """A register of so many rows with its control line."""
    total = 0
    with path.open("w", encoding="cp1251", newline="") as out:
        for number in range(rows):
            text, kopecks = _line(number)
            total += kopecks
            out.write(f"{text}\r\n")
        shown = f"{total // 100},{total % 100:02d}"
        out.write(f"={rows};{shown};{shown};0,00;1;20-11-2026\r\n")


def prepare(folder: Path, rows: int) -> None:
    """A database with accounts, each with a payment of an earlier register."""
    set_up()
    from django.core.management import call_command
    from django.db import connection

    from svet.accounts.operations import add_provider

    call_command("migrate", verbosity=0)
    provider = add_provider(code="bench", name="Bench", region="Челябинская область")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_premises (city, street, house, flat)"
            " VALUES ('Светлореченск', 'ул. Ясная', '1', '1') RETURNING id"
        )
        home = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO accounts_account (public_id, provider_id, number, holder_name, premises_id,"
            " opened_on, registry_phone, delivery, delivery_email)"
            " SELECT 'bench-' || n, %s, '03' || lpad(n::text, 8, '0'), '', %s, '2020-01-01', '', 'paper', ''"
            " FROM generate_series(0, %s) n",
            [provider.provider_id, home, ACCOUNTS - 1],
        )
        cursor.execute("ANALYZE")
    write_register(folder / "register.txt", rows)
    tell()


def take(folder: Path) -> None:
    """The taking itself."""
    set_up()
    from datetime import UTC, datetime

    from django.db import connection

    from svet.exchange.operations import take_file
    from svet.kernel.actors import Actor

    connection.ensure_connection()
    memory, before, started = _peak(), own_cpu(), time.perf_counter()
    with (folder / "register.txt").open("rb") as content:
        report = take_file(
            profile="payments",
            name="register.txt",
            content=content,
            by=Actor.system("bench"),
            now=datetime(2026, 11, 20, 9, tzinfo=UTC),
        )
    seconds, cpu = time.perf_counter() - started, own_cpu() - before
    print(
        json.dumps(
            {
                "seconds": seconds, "cpu": cpu, "memory": round(_peak() - memory), "rows": report.rows,
                "applied": report.applied, "suspense": report.suspense,
            }
        )
    )  # fmt: skip


def raw(folder: Path) -> None:
    """The same rows by COPY, in one transaction."""
    import psycopg

    with psycopg.connect(os.environ["SVET_DATABASE_URL"]) as connection:
        for table in TABLES:
            with (
                (folder / table).open("wb") as out,
                connection.cursor().copy(f"COPY {table} TO STDOUT") as copy,
            ):
                for block in copy:
                    out.write(block)
            connection.execute(f"CREATE TABLE raw_{table} (LIKE {table} INCLUDING ALL)")
        connection.commit()
        server, mine = server_cpu(folder / "database" / "pgdata"), own_cpu()
        started = time.perf_counter()
        for table in TABLES:
            with (
                (folder / table).open("rb") as rows,
                connection.cursor().copy(f"COPY raw_{table} FROM STDIN") as copy,
            ):
                while block := rows.read(1 << 16):
                    copy.write(block)
        connection.commit()
        seconds = time.perf_counter() - started
        cpu = own_cpu() - mine + server_cpu(folder / "database" / "pgdata") - server
    print(json.dumps({"seconds": seconds, "cpu": cpu}))


def main(rows: int) -> int:
    """Measure, print, and fail when the taking costs more than the goal."""
    with database() as server:
        folder = server.folder.parent
        phase("bench.registers", "prepare", folder, rows)
        before = server_cpu(server.cluster)
        taken = phase("bench.registers", "take", folder)
        python = taken["cpu"]
        taken["cpu"] += server_cpu(server.cluster) - before
        bare = phase("bench.registers", "raw", folder)
    print(f"register of {taken['rows']:,} payments: {taken['applied']:,} applied, {taken['suspense']:,} wait")
    for title, side in (("svet import payments", taken), ("raw COPY", bare)):
        each = side["cpu"] / rows * 1e6
        print(f"  {title:<22}{side['cpu']:8.2f} s CPU {side['seconds']:8.2f} s wall {each:8.1f} µs CPU a row")
    cpu, wall = taken["cpu"] / bare["cpu"], taken["seconds"] / bare["seconds"]
    print(
        f"  ratio {cpu:.1f}× CPU (Python {python / taken['cpu']:.0%}), {wall:.1f}× wall;"
        f" {taken['memory']} MB more than before the file"
    )
    return 0 if cpu <= GOAL else 1


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["prepare", where, count]:
            prepare(Path(where), int(count))
        case ["take", where]:
            take(Path(where))
        case ["raw", where]:
            raw(Path(where))
        case rest:
            sys.exit(main(int(rest[0]) if rest else USUAL))
