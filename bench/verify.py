"""`svet verify` on a made-up book: everything, what is new only, and after a planted fault.

    python -m bench.verify [ACCOUNTS [MONTHS [JOBS]]]     20,000 accounts, 6 months, 2 processes by default

Each look runs in its own process; the database is a fresh embedded PostgreSQL with durable settings. One in
ten has sent nothing in a month, one in fifty sends it a month late, one in ten has two zones. Printed are
the seconds of each promise, and of the whole for a million accounts if it goes on like this.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any

from bench.phases import database, phase

USUAL, MONTHS, JOBS = 20_000, 6, 2
FIRST = (2026, 5)

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
        'register', '', '2026-04-01' FROM accounts_account;
INSERT INTO metering_meter (public_id, account_id, serial, type_name, scheme, digits, decimals, ratio,
        installed_on, smart)
    SELECT 'm' || lpad(id::text, 15, '0'), id, id::text, '', 1 + (id % 10 = 9)::int, 6, 0, 1, '2026-04-21',
        false FROM accounts_account;
"""
READ = """
WITH sent AS (
    INSERT INTO metering_readingset (public_id, receipt_number, account_id, meter_id, read_on, received_at,
            channel, kind, state, author_kind, author_name, key)
        SELECT 'r' || '{no:02}' || lpad(m.id::text, 13, '0'), '{no}-' || m.id, m.account_id, m.id,
            date '{on}',
            timestamptz '{got} 12:00Z', 'register', '{kind}', 'accepted', 'system', 'bench', gen_random_uuid()
        FROM metering_meter m
        WHERE '{kind}' = 'initial' OR (m.id + {no}) % 10 <> 0 AND ((m.id + {no}) % 50 = 1) = {late}
        RETURNING id, account_id, meter_id, received_at, state
), changed AS (
    INSERT INTO metering_setstatechange (reading_set_id, from_state, to_state, at, by_kind, doubts,
            other_receipt, words)
        SELECT id, 'draft', state, received_at, 'system', '{{}}', '', '' FROM sent
)
INSERT INTO metering_readingvalue (reading_set_id, account_id, zone, value, turns, consumption)
    SELECT s.id, s.account_id, z.zone, 1000 + {no} * (40 + (s.meter_id * 7 + z.n * 31) % 260), 0, 0
    FROM sent s JOIN metering_meter m ON m.id = s.meter_id
    JOIN (VALUES (1, 1, 'single'), (2, 1, 'day'), (2, 2, 'night')) z (scheme, n, zone) ON z.scheme = m.scheme;
"""


def prepare(accounts: int, months: int, *, issue: bool = True) -> None:
    """Make the accounts and charge them month after month; ``issue``: with their bills."""
    from datetime import UTC, date, datetime
    from decimal import Decimal

    from django.core.management import call_command
    from django.db import connection

    from svet.accounts.operations import add_provider
    from svet.billing import operations
    from svet.bills import operations as bills
    from svet.kernel.actors import Actor
    from svet.kernel.periods import Month
    from svet.payments.tests.factories import REQUISITES
    from svet.tariffs.operations import shipped_files

    call_command("migrate", verbosity=0)
    began = datetime(2026, 4, 1, tzinfo=UTC)
    provider = add_provider(code="bench", name="Bench", region="Челябинская область")
    for file in shipped_files():
        operations.load_tariffs(file=file, now=began)
    operations.set_policy(
        provider_id=provider.provider_id,
        valid_from=date(2026, 1, 1),
        norm_kwh_per_person=Decimal(90),
        # Its months are made up: nobody looks whether they are like one another.
        totals_percent=Decimal(900),
        movers_share=Decimal(100),
        by=Actor.system("bench"),
        now=began,
    )
    from svet.accounts.models import Provider

    Provider.objects.update(**REQUISITES)
    with connection.cursor() as cursor:
        cursor.execute(SEED.format(accounts=accounts, provider=provider.provider_id))
        cursor.execute(READ.format(no=0, on="2026-04-21", got="2026-04-21", kind="initial", late=False))
    for place in range(months):
        month = Month(*FIRST).plus(place)
        with connection.cursor() as cursor:
            for no, on, late in ((place + 1, month.day(20), False), (place, month.plus(-1).day(20), True)):
                if no:
                    sent = READ.format(no=no, on=on, got=month.day(20), kind="customer", late=late)
                    cursor.execute(sent)
            cursor.execute("ANALYZE")
        now = datetime(month.plus(1).year, month.plus(1).month, 1, 3, tzinfo=UTC)
        report = operations.run(provider_id=provider.provider_id, period=month, now=now)
        assert report.problems == 0, "the run left problems"
        if issue:
            bills.issue(provider_id=provider.provider_id, period=month, now=now)
        print(f"  {month} charged", file=sys.stderr, flush=True)
    with connection.cursor() as cursor:  # as autovacuum has done it long before the night
        cursor.execute("ANALYZE")
    print(json.dumps({}))


def look(*, since: bool, jobs: int, broken: int, again: int) -> None:
    """One `svet verify`; so many promises are expected to be broken."""
    from datetime import UTC, datetime

    from svet.cli.verification.promises import verify

    seconds: dict[str, float] = {}
    started = last = time.perf_counter()
    verdicts = []
    for verdict in verify(now=datetime.now(UTC), since=since, jobs=jobs, again=again):
        verdicts.append(verdict)
        # Books and bills are proved together, before the first of the three is told of.
        name = "books and bills" if verdict.promise.number == "I-10" else verdict.promise.number
        seconds[name] = time.perf_counter() - last
        last = time.perf_counter()
    found = [verdict for verdict in verdicts if verdict.breaches]
    assert len(found) == broken, [(each.promise.number, each.breaches[:2]) for each in found]
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        json.dumps(
            {
                "seconds": last - started,
                "promises": seconds,
                "cpu": own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime,
                "unmoved": verdicts[-1].unmoved,
                "memory": round(max(own.ru_maxrss, others.ru_maxrss) / 1024),
            }
        )
    )


def plant() -> None:
    """A reading of long ago shows a kWh more, behind the back of every guard."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SET session_replication_role = replica;"
            "UPDATE metering_readingvalue SET value = value + 1 WHERE id = ("
            " SELECT v.id FROM metering_readingvalue v JOIN metering_readingset s ON s.id = v.reading_set_id"
            " WHERE s.kind = 'initial' LIMIT 1)"
        )
    print(json.dumps({}))


def _look(*arguments: object) -> dict[str, Any]:
    return phase("bench.verify", "look", *arguments)


def _told(title: str, side: dict[str, Any], accounts: int) -> None:
    million = side["seconds"] * 1_000_000 / accounts / 60
    print(
        f"{title:<34}{side['seconds']:8.2f} s {side['cpu']:8.2f} s CPU of ours {side['memory']:5} MB"
        f" {million:7.1f} min a million"
    )
    slow = sorted(side["promises"].items(), key=lambda pair: -pair[1])[:5]
    print("    " + ", ".join(f"{number} {seconds:.2f} s" for number, seconds in slow))


def main(arguments: list[str]) -> int:
    """Measure and print; fails when nothing new costs more than a fifth of everything."""
    given = [int(each) for each in arguments]
    accounts, months, jobs = (*given, *(USUAL, MONTHS, JOBS)[len(given) :])
    with database():
        phase("bench.verify", "prepare", accounts, months)
        whole = _look("full", 1, 0)
        _told("--full, one process", whole, accounts)
        _told(f"--full, {jobs} processes", _look("full", jobs, 0), accounts)
        since = _look("since", 1, 0)
        assert since["unmoved"] == accounts, since
        _told("--since, nothing new", since, accounts)
        _told(f"--since, nothing new, {jobs} processes", _look("since", jobs, 0), accounts)
        _told("--since, a twentieth in turn", _look("since", 1, 0, max(1, accounts // 20)), accounts)
        phase("bench.verify", "plant")
        _told("--since, a fault of long ago", _look("since", 1, 1), accounts)
    ours = [side["promises"]["books and bills"] for side in (since, whole)]
    return 0 if ours[0] <= ours[1] / 5 else 1


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in ("prepare", "look", "plant"):
        import django

        django.setup()
    match sys.argv[1:]:
        case ["prepare", count, span]:
            prepare(int(count), int(span))
        case ["look", how, jobs, broken, *again]:
            shown = int(again[0]) if again else 50_000
            look(since=how == "since", jobs=int(jobs), broken=int(broken), again=shown)
        case ["plant"]:
            plant()
        case rest:
            sys.exit(main(rest))
