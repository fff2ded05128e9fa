"""`svet bill` against the raw database: the same rows by bare COPY and INSERT…SELECT, in the same run.

    python -m bench.billing [ACCOUNTS]      20,000 accounts by default
    SCALE=full python -m bench.billing      200,000 accounts

Each side runs in its own process, so that its peak memory is its own; the database is a fresh embedded
PostgreSQL with durable settings. Seconds differ from machine to machine: the ratio is what to look at.
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

PERIOD = "2026-11"
USUAL, FULL = 20_000, 200_000

SEED = """
INSERT INTO accounts_premises (city, street, house, flat)
    SELECT 'Челябинск', 'ул. Примерная', (n / 100)::text, (n % 100)::text
    FROM generate_series(1, {accounts}) n;
INSERT INTO accounts_account (public_id, provider_id, number, premises_id, holder_name,
        registry_phone, opened_on, delivery, delivery_email)
    SELECT 'a' || lpad(p.id::text, 15, '0'), {provider}, lpad(p.id::text, 10, '0'), p.id, 'Житель', '',
        '2020-01-01', 'paper', '' FROM accounts_premises p;
INSERT INTO accounts_terms (account_id, since, tariff_group, residents, stove, source, reason, known_at)
    SELECT id, opened_on, (ARRAY['1.1', '1.2', '1.3'])[1 + premises_id % 3], 1 + premises_id % 5, '',
        'register', '', now() FROM accounts_account;
INSERT INTO metering_meter (public_id, account_id, serial, type_name, scheme, digits, decimals, ratio,
        installed_on, smart)
    SELECT 'm' || lpad(id::text, 15, '0'), id, id::text, '',
        (ARRAY[1, 1, 1, 1, 1, 1, 2, 2, 2, 3])[1 + id % 10], 6, 0, 1, '2026-10-21', false
    FROM accounts_account;
INSERT INTO metering_readingset (public_id, receipt_number, account_id, meter_id, read_on, received_at,
        channel, kind, state, author_kind, author_name, key)
    SELECT 'r' || o.n || lpad(m.id::text, 14, '0'), o.n || '-' || m.id, m.account_id, m.id, o.day, o.day,
        'register', o.kind, 'accepted', 'system', 'bench', gen_random_uuid()
    FROM (VALUES (1, date '2026-10-21', 'initial'), (2, date '2026-11-21', 'customer')) o (n, day, kind)
    CROSS JOIN metering_meter m
    WHERE o.n = 1 OR m.id % 20 <> 0;  -- one in twenty has sent nothing
INSERT INTO metering_readingvalue (reading_set_id, account_id, zone, value, turns, consumption)
    SELECT s.id, s.account_id, z.zone,
        1000 + (s.read_on = '2026-11-21')::int * (40 + (s.meter_id * 7 + z.n * 31) % 260), 0, 0
    FROM metering_readingset s JOIN metering_meter m ON m.id = s.meter_id
    JOIN (VALUES (1, 1, 'single'), (2, 1, 'day'), (2, 2, 'night'),
        (3, 1, 'peak'), (3, 2, 'semipeak'), (3, 3, 'night')) z (scheme, n, zone) ON z.scheme = m.scheme;
ANALYZE;
"""

LINES = (
    "charge_id, account_id, period, position, month, service, point, scheme, zone, basis, part_since,"
    " part_until, since_on, until_on, range_no, price, kwh, kopecks, meter_id, tariff_row_id,"
    " previous_value, previous_on, previous_set_id, current_value, current_on, current_set_id, span_kwh,"
    " base, act, reverses_id, cause, cause_set_id"
)
# The bare side has the same tables with their keys, checks and indexes, but no triggers and no foreign keys.
RAW_TABLES = "".join(
    f"CREATE TABLE raw_{name} (LIKE {name} INCLUDING ALL);"
    for name in ("billing_chargeline", "billing_charge", "ledger_transaction", "ledger_posting")
)
RAW_INSERTS = (
    """INSERT INTO raw_ledger_transaction (id, key, kind, occurred_at, effective_on, provider_id, memo)
       SELECT charge_id, 'charge:' || account_id || ':2026-11', 'charge', now(), '2026-11-30', 1, ''
       FROM raw_billing_chargeline GROUP BY charge_id, account_id HAVING sum(kopecks) <> 0""",
    """INSERT INTO raw_ledger_posting (transaction_id, book, account_id, kopecks)
       SELECT l.charge_id, b.book, CASE WHEN b.book = 'receivable' THEN l.account_id END,
              b.sign * sum(l.kopecks)
       FROM raw_billing_chargeline l CROSS JOIN (VALUES ('receivable', 1), ('revenue', -1)) b (book, sign)
       GROUP BY l.charge_id, l.account_id, b.book, b.sign HAVING sum(l.kopecks) <> 0""",
    """INSERT INTO raw_billing_charge (id, account_id, period, run_id, known_at, floor, facts, settled, kwh,
               total_kopecks, estimated, demonstration, transaction_id)
       SELECT charge_id, account_id, period, 1, now(), min(month), '', NULL, sum(kwh), sum(kopecks),
              bool_or(basis IN ('average', 'norm')), true,
              CASE WHEN sum(kopecks) <> 0 THEN charge_id END
       FROM raw_billing_chargeline GROUP BY charge_id, account_id, period""",
)


def _django() -> None:
    import django

    django.setup()


def _told(**values: Any) -> None:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**values, "memory": round(memory)}))


def prepare(accounts: int) -> None:
    """Make the tables and the accounts with their readings."""
    _django()
    from datetime import UTC, date, datetime
    from decimal import Decimal

    from django.core.management import call_command
    from django.db import connection

    from svet.accounts.operations import add_provider
    from svet.billing import operations
    from svet.kernel.actors import Actor
    from svet.tariffs.operations import shipped_files

    call_command("migrate", verbosity=0)
    provider = add_provider(code="bench", name="Bench", region="Челябинская область")
    for file in shipped_files():
        operations.load_tariffs(file=file, now=datetime.now(UTC))
    operations.set_policy(
        provider_id=provider.provider_id,
        valid_from=date(2026, 1, 1),
        norm_kwh_per_person=Decimal(90),
        by=Actor.system("bench"),
        now=datetime.now(UTC),
    )
    with connection.cursor() as cursor:
        cursor.execute(SEED.format(accounts=accounts, provider=provider.provider_id))
    _told()


def bill() -> None:
    """The billing run itself."""
    _django()
    from datetime import UTC, datetime

    from svet.accounts.models import Provider
    from svet.billing import operations
    from svet.kernel.periods import Month

    started = time.perf_counter()
    report = operations.run(
        provider_id=Provider.objects.get().pk,
        period=Month.parse(PERIOD),
        now=datetime(2026, 11, 30, 9, tzinfo=UTC),
    )
    seconds = time.perf_counter() - started
    assert report.problems == 0, "the run left problems"
    _told(seconds=seconds, charges=report.charges, lines=report.lines, kopecks=report.total_kopecks)


def raw(folder: Path) -> None:
    """The same rows: COPY of the lines, the rest by INSERT…SELECT, in one transaction."""
    import psycopg

    with psycopg.connect(os.environ["SVET_DATABASE_URL"]) as connection:
        # What the run wrote is the material; taking it out is not measured.
        with (
            (folder / "lines").open("wb") as out,
            connection.cursor().copy(f"COPY billing_chargeline ({LINES}) TO STDOUT") as copy,
        ):
            for block in copy:
                out.write(block)
        connection.execute(RAW_TABLES)
        connection.commit()
        started = time.perf_counter()
        with (
            (folder / "lines").open("rb") as lines,
            connection.cursor().copy(f"COPY raw_billing_chargeline ({LINES}) FROM STDIN") as copy,
        ):
            while block := lines.read(1 << 16):
                copy.write(block)
        for insert in RAW_INSERTS:
            connection.execute(insert)
        connection.commit()
        seconds = time.perf_counter() - started
        row = connection.execute("SELECT count(*), sum(total_kopecks) FROM raw_billing_charge").fetchone()
        assert row is not None
    _told(seconds=seconds, charges=row[0], kopecks=int(row[1]))


def _phase(name: str, *arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.billing", name, *arguments],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(arguments: list[str]) -> int:
    """Measure, print, and fail when the run costs more than ten times the bare rows."""
    from svet.launcher.postgres import Server

    accounts = int(arguments[0]) if arguments else FULL if os.environ.get("SCALE") == "full" else USUAL
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "svet.config.settings")
    os.environ["SVET_ENV"] = "test"
    with tempfile.TemporaryDirectory(prefix="svet-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        os.environ["SVET_DATA"] = str(folder / "data")
        server = Server(folder / "database")
        server.start()
        try:
            os.environ["SVET_DATABASE_URL"] = server.url()
            _phase("prepare", str(accounts))
            run = _phase("bill")
            bare = _phase("raw", str(folder))
        finally:
            server.stop()
    assert (run["charges"], run["kopecks"]) == (bare["charges"], bare["kopecks"]), "the two sides differ"
    ratio = run["seconds"] / bare["seconds"]
    print(f"billing, {run['charges']:,} accounts, {run['lines']:,} lines")
    for title, side in (("svet bill", run), ("raw COPY + INSERT…SELECT", bare)):
        pace = side["charges"] / side["seconds"]
        print(f"  {title:<26}{side['seconds']:8.2f} s {pace:10,.0f} accounts/s {side['memory']:6} MB peak")
    print(f"  ratio {ratio:.1f}×")
    return 0 if ratio <= 10 else 1


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["prepare", count]:
            prepare(int(count))
        case ["bill"]:
            bill()
        case ["raw", where]:
            raw(Path(where))
        case rest:
            sys.exit(main(rest))
