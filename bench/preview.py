"""Preview is the bill: quoted, sent, charged, and what a preview costs.

    python -m bench.preview [ACCOUNTS [MONTHS]]     10,000 accounts of 6 months by default

The accounts are those of `bench.verify`: one in ten sends nothing in a month, one in fifty a month late, one
in ten has two zones. Each is told the price of a random value, up to far into the third range, then the same
values are sent and the month is charged. Fails when one kopeck differs.
"""

from __future__ import annotations

import json
import random
import sys
import time

from bench.phases import database, phase

USUAL, MONTHS = 10_000, 6

SENT = """
INSERT INTO metering_readingset (public_id, receipt_number, account_id, meter_id, read_on, received_at,
        channel, kind, state, author_kind, author_name, key)
    SELECT 'q' || lpad(m.id::text, 15, '0'), 'q-' || m.id, m.account_id, m.id, %(on)s, %(on)s, 'web',
        'customer', 'accepted', 'system', 'bench', gen_random_uuid() FROM metering_meter m;
INSERT INTO metering_readingvalue (reading_set_id, account_id, zone, value, turns, consumption)
    SELECT s.id, s.account_id, v.zone, v.value, 0, 0
    FROM unnest(%(meters)s::bigint[], %(zones)s::varchar[], %(values)s::numeric[]) v (meter_id, zone, value)
    JOIN metering_readingset s ON s.meter_id = v.meter_id AND s.channel = 'web';
"""


def compare(months: int) -> None:
    """Quote all, send all, charge all."""
    from datetime import UTC, datetime
    from decimal import Decimal

    from django.db import connection

    from bench.verify import FIRST
    from svet.accounts.models import Provider
    from svet.billing import operations
    from svet.billing.models import Charge
    from svet.billing.queries.what_if import ground_of, preview_reading
    from svet.kernel.periods import Month
    from svet.metering import queries as metering
    from svet.metering.rules import Zone, zones_of

    chance = random.Random(14)  # the same bench every time
    month = Month(*FIRST).plus(months)
    on, after = month.day(21), month.plus(1)
    sent: list[tuple[int, str, Decimal]] = []
    told: dict[int, int | None] = {}
    reading = computing = 0.0
    last: dict[int, dict[str, Decimal]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.meter_id, v.zone, max(v.value) FROM metering_readingset s"
            " JOIN metering_readingvalue v ON v.reading_set_id = s.id GROUP BY 1, 2"
        )
        for meter_id, zone, value in cursor.fetchall():
            last.setdefault(meter_id, {})[zone] = value
    rows = list(metering.whole_meters().order_by("pk"))
    for row in rows:
        view = metering.meter_view(row)
        usage = {
            Zone(zone): Decimal(chance.choice([90, 300, 4000, 9000]) // chance.randint(1, 9))
            for zone in zones_of(row.scheme)
        }
        values = {zone: (last[row.pk][zone.value] + used, 0) for zone, used in usage.items()}
        began = time.process_time()
        ground = ground_of(view.account, on)
        read = time.process_time()
        found = preview_reading(
            account=view.account, meter_id=row.pk, values=values, usage=usage, on=on, ground=ground
        )
        computing += time.process_time() - read
        reading += read - began
        told[row.account_id] = None if found.bill is None else found.bill.kopecks
        for zone, (value, _) in values.items():
            sent.append((row.pk, zone.value, value))
    with connection.cursor() as cursor:
        meters, zones, shown = ([each[place] for each in sent] for place in range(3))
        for statement in SENT.split(";\n")[:-1]:
            cursor.execute(statement, {"on": on, "meters": meters, "zones": zones, "values": shown})
        cursor.execute("ANALYZE")
    now = datetime(after.year, after.month, 1, 3, tzinfo=UTC)
    operations.run(provider_id=Provider.objects.get().pk, period=month, now=now)
    charged = dict(Charge.objects.filter(period=month.first).values_list("account_id", "total_kopecks"))
    wrong = sorted(key for key, kopecks in told.items() if charged.get(key) != kopecks)
    result = {
        "accounts": len(told),
        "wrong": len(wrong),
        "first": wrong[:3],
        "computing": computing / len(rows),
        "reading": reading / len(rows),
    }
    print(json.dumps(result))


def main(arguments: list[str]) -> int:
    """Measure, print, and fail on any difference, or when a preview costs more than a millisecond."""
    given = [int(each) for each in arguments]
    accounts, months = (*given, *(USUAL, MONTHS)[len(given) :])
    with database():
        phase("bench.preview", "prepare", accounts, months)
        found = phase("bench.preview", "compare", months)
    print(f"preview and bill, {found['accounts']:,} accounts: {found['wrong']} differences {found['first']}")
    print(f"  a value on what was read   {found['computing'] * 1000:7.2f} ms of our CPU")
    print(f"  reading the account first  {found['reading'] * 1000:7.2f} ms of our CPU, once a page")
    return 0 if not found["wrong"] and found["computing"] <= 0.001 else 1


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in ("prepare", "compare"):
        import django

        django.setup()
    match sys.argv[1:]:
        case ["prepare", count, span]:
            from bench.verify import prepare

            prepare(int(count), int(span), issue=False)
        case ["compare", span]:
            compare(int(span))
        case rest:
            sys.exit(main(rest))
