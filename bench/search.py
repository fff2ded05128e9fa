"""What the office's search costs the database beside a retailer's accounts, by kind of question.

    python -m bench.search [ACCOUNTS]      300,000 by default

CPU is that of the one backend that answers, from the scheduler's own count; wall is beside it. See
bench/README.md.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.figures import machine, percentile
from svet.launcher.postgres import Server

ACCOUNTS, TRIES, STREETS, NAMES = 300_000, 40, 400, 3_000
#: Milliseconds of the database for nine of ten questions and more.
GOAL = 50.0
_SURNAMES = "concat('Фамилия', chr(1072 + i %% 32), chr(1072 + i / 32 %% 32), chr(1072 + i / 1024))"
_FILL = (
    """
INSERT INTO accounts_premises (city, street, house, flat)
    SELECT 'Челябинск', concat('ул. Улица', chr(1072 + n %% 20), chr(1072 + n / 20 %% 20)), n / 400 %% 150,
        n / 60000
    FROM generate_series(0, %(count)s - 1) n
""",
    """
INSERT INTO accounts_account (public_id, provider_id, number, premises_id, holder_name, registry_phone,
        opened_on, delivery, delivery_email)
    SELECT 'a' || lpad(p.id::text, 15, '0'), %(provider)s, lpad(p.id::text, 10, '0'), p.id,
        (SELECT NAME FROM (VALUES ((p.id %% 3000)::int)) v(i)) || ' Анна',
        '+79' || lpad(p.id::text, 9, '0'), '2026-01-01', 'paper', '' FROM accounts_premises p
""".replace("NAME", _SURNAMES),
    """
INSERT INTO accounts_linkproof (account_id, serial)
    SELECT id, lpad((id * 7)::text, 9, '0') FROM accounts_account
""",
    # What came last stands in a list behind an index of words until it is tidied up.
    "VACUUM ANALYZE",
)


def kinds(count: int, chance: random.Random) -> dict[str, Callable[[], str]]:
    """A question of each kind about somebody who is there."""

    def street(number: int) -> str:
        return f"Улица{chr(1072 + number % 20)}{chr(1072 + number // 20 % 20)}"

    def surname(key: int) -> str:
        i = key % NAMES
        return f"Фамилия{chr(1072 + i % 32)}{chr(1072 + i // 32 % 32)}{chr(1072 + i // 1024)}"

    def some() -> int:
        return chance.randrange(count)

    def address(number: int) -> str:
        return f"{street(number)} {number // 400 % 150}-{number // 60000}"

    return {
        "address «Ленина 100-5»": lambda: address(some()),
        "town and address": lambda: f"Челябинск, ул. {address(some())}",
        "street alone": lambda: street(some()),
        "town alone": lambda: "Челябинск",
        "name": lambda: surname(some()),
        "name and street": lambda: f"{surname(some())} {street(some())}",
        "name, town and street": lambda: f"Челябинск {surname(some())} ул. {street(some())}",
        "name in full and address": lambda: f"{surname(some())} Анна, Челябинск, {address(some())}",
        "nobody": lambda: f"Нигде {some()}",
        "phone": lambda: f"+79{some() + 1:09d}",
        "account": lambda: f"{some() + 1:010d}",
        "beginning of a number": lambda: f"{some() + 1:010d}"[:6],
        "meter": lambda: f"{(some() + 1) * 7:09d}",
        "payment of a bank": lambda: f"{some():012d}a",
    }


def measure(count: int) -> bool:
    """Fill, ask, print; says whether a kind costs more than the goal."""
    from django.db import connection

    from svet.accounts.operations import add_provider
    from svet.staff.accounts.search import search

    provider = add_provider(code="bench", name="Bench", region="Челябинская область")
    began = time.perf_counter()
    with connection.cursor() as cursor:
        for statement in _FILL:
            cursor.execute(
                statement, {"count": count, "provider": provider.provider_id} if "%" in statement else None
            )
        cursor.execute("SELECT pg_backend_pid()")
        backend = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    print(f"{count:,} accounts, filled in {time.perf_counter() - began:.0f} s", flush=True)
    print(f"{'':<28}{'CPU p50':>10}{'CPU p95':>10}{'wall p50':>10}{'wall p95':>10}{'found':>8}  ms")
    failed = False
    for kind, ask in kinds(count, random.Random(7)).items():
        used: list[float] = []
        waited: list[float] = []
        for turn in range(TRIES + 5):
            question = ask()
            spent = [0.0]

            def timed(execute: Any, *given: Any, spent: list[float] = spent) -> Any:
                started = time.perf_counter()
                try:
                    return execute(*given)
                finally:
                    spent[0] += time.perf_counter() - started

            before = int(backend.read_text().split()[0])
            with connection.execute_wrapper(timed):
                found = len(search(question))
            if turn >= 5:
                used.append((int(backend.read_text().split()[0]) - before) / 1e6)
                waited.append(spent[0] * 1000)
        row = [percentile(each, share) for each in (used, waited) for share in (0.5, 0.95)]
        misses = row[1] > GOAL
        failed = failed or misses
        print(
            f"{kind:<28}" + "".join(f"{one:10.1f}" for one in row) + f"{found:8}  {'MISSES' * misses}",
            flush=True,
        )
    return failed


def main(arguments: list[str]) -> int:
    """Start a server, fill it, measure; fails when a kind of question misses the goal."""
    count = int(arguments[0]) if arguments else ACCOUNTS
    before = machine()
    with tempfile.TemporaryDirectory(prefix="svet-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = Server(folder / "database")
        try:
            server.start()
            os.environ |= {
                "SVET_ENV": "demo",
                "SVET_DATA": str(folder / "data"),
                "SVET_DATABASE_URL": server.url(),
                "DJANGO_SETTINGS_MODULE": "svet.config.settings",
            }
            import django
            from django.core.management import call_command

            django.setup()
            call_command("migrate", verbosity=0)
            failed = measure(count)
        finally:
            server.stop()
    print(before)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
