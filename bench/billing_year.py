"""A year of an electricity retailer for :mod:`bench.billing`: charged by the program, then multiplied.

A pattern of a thousand accounts lives through twelve months as people do: one in ten sends nothing in a month
and catches up later, some readings come late or twice, some use more than the first range, some have two
meters, some got a new one. ``svet bill`` itself charges these months; then their rows are copied with other
keys, a hundred or a thousand times, month after month as they would have come.
"""

from __future__ import annotations

from typing import Any, Final

PATTERN: Final = 1_000
YEAR: Final = tuple(f"2025-{number:02}" for number in range(1, 13))
MONTH: Final = "2026-01"
_H = "(abs(hashint8extended({}, {})) % {})"


def _chance(of: str, seed: int, one_in: int) -> str:
    return _H.format(of, seed, one_in)


ACCOUNTS: Final = f"""
INSERT INTO accounts_premises (city, street, house, flat)
    SELECT 'Челябинск', 'ул. Примерная', (n / 100)::text, (n % 100)::text
    FROM generate_series(1, {PATTERN}) n;
INSERT INTO accounts_account (public_id, provider_id, number, premises_id, holder_name,
        registry_phone, opened_on, delivery, delivery_email)
    SELECT 'a' || lpad(p.id::text, 15, '0'), {{provider}}, lpad(p.id::text, 10, '0'), p.id, 'Житель', '',
        '2020-01-01', 'paper', '' FROM accounts_premises p ORDER BY p.id;
INSERT INTO accounts_terms (account_id, since, tariff_group, residents, stove, source, reason, known_at)
    SELECT id, opened_on, (ARRAY['1.1', '1.2', '1.3'])[1 + id % 3], 1 + id % 5, '', 'register', '', opened_on
    FROM accounts_account;
-- One in twenty has a second meter; one in twenty-five got a new one in May.
INSERT INTO metering_meter (public_id, account_id, serial, type_name, scheme, digits, decimals, ratio,
        installed_on, removed_on, smart)
    SELECT 'm' || o.n || lpad(a.id::text, 14, '0'), a.id, o.n || '-' || a.id, '',
        (ARRAY[1, 1, 1, 1, 1, 1, 2, 2, 2, 3])[1 + a.id % 10], 6, 0, 1,
        CASE o.n WHEN 3 THEN date '2025-05-12' ELSE '2025-01-10' END,
        CASE WHEN o.n = 1 AND {_chance("a.id", 3, 25)} = 0 THEN date '2025-05-12' END, false
    FROM accounts_account a CROSS JOIN (VALUES (1), (2), (3)) o (n)
    WHERE o.n = 1 OR (o.n = 2 AND {_chance("a.id", 2, 20)} = 0) OR (o.n = 3 AND {_chance("a.id", 3, 25)} = 0)
    ORDER BY a.id, o.n;
"""

# Sets of one month: its own, one in fifty a second one, and one in fifty one for the month before.
_SETS = """
INSERT INTO metering_readingset (public_id, receipt_number, account_id, meter_id, read_on, received_at,
        channel, kind, state, author_kind, author_name, key)
    SELECT 'r' || lpad(nextval('bench_sets')::text, 15, '0'), 'r' || currval('bench_sets'), m.account_id,
        m.id, o.day, '{first}'::date + interval '22 days', 'register', o.kind, 'accepted', 'system', 'bench',
        gen_random_uuid()
    FROM metering_meter m CROSS JOIN LATERAL (
        SELECT m.installed_on, 'initial' WHERE m.installed_on BETWEEN '{first}' AND '{last}'
        UNION ALL SELECT m.removed_on, 'final' WHERE m.removed_on BETWEEN '{first}' AND '{last}'
        UNION ALL SELECT '{first}'::date + 15 + {day}::integer, 'customer'
            WHERE m.removed_on IS NULL AND m.installed_on < '{first}' AND {silent} <> 0
        UNION ALL SELECT '{first}'::date + 12, 'customer'
            WHERE m.removed_on IS NULL AND m.installed_on < '{first}' AND {twice} = 0 AND {silent} <> 0
        UNION ALL SELECT ('{first}'::date - interval '1 month')::date + 23, 'customer'
            WHERE m.removed_on IS NULL AND m.installed_on < '{first}'::date - interval '1 month'
                AND {late} = 0
    ) o (day, kind) ORDER BY o.day, m.id;
"""
# A meter counts so many kWh a day; one account in twenty-five uses over 3,900 kWh in winter.
_VALUES = """
INSERT INTO metering_readingvalue (reading_set_id, account_id, zone, value, turns, consumption)
    SELECT s.id, s.account_id, z.zone,
        1000 + ((s.read_on - date '2025-01-10')::numeric * (2 + (s.meter_id * 7 + z.n * 31) % 9)
            + CASE WHEN {rich} = 0 THEN greatest(s.read_on - date '2025-11-25', 0) * 140 ELSE 0 END)::integer,
        0, 0
    FROM metering_readingset s JOIN metering_meter m ON m.id = s.meter_id
    JOIN (VALUES (1, 1, 'single'), (2, 1, 'day'), (2, 2, 'night'),
        (3, 1, 'peak'), (3, 2, 'semipeak'), (3, 3, 'night')) z (scheme, n, zone) ON z.scheme = m.scheme
    WHERE NOT EXISTS (SELECT FROM metering_readingvalue v WHERE v.reading_set_id = s.id)
    ORDER BY s.id, z.n;
INSERT INTO metering_setstatechange (reading_set_id, from_state, to_state, at, by_kind, doubts, other_receipt,
        words)
    SELECT s.id, 'submitted', 'accepted', s.received_at, 'system', '{{}}', '', ''
    FROM metering_readingset s
    WHERE NOT EXISTS (SELECT FROM metering_setstatechange c WHERE c.reading_set_id = s.id) ORDER BY s.id;
"""


def sets_of(month: str) -> str:
    """The readings of a month, as SQL."""
    first = f"{month}-01"
    number = int(month[:4]) * 12 + int(month[5:])
    last = f"{month}-25"
    of = "m.id"
    made = _SETS.format(
        first=first, last=last, day=_chance(of, number, 10), silent=_chance(of, number + 1000, 10),
        twice=_chance(of, number + 2000, 50), late=_chance(of, number + 3000, 50),
    )  # fmt: skip
    return made + _VALUES.format(rich=_chance("s.account_id", 4, 25))


#: Tables whose rows are copied: columns with other keys, and how each is written for copy ``k``.
_COPIES: Final = (
    ("accounts_premises", {"id": "accounts_premises"}),
    (
        "accounts_account",
        {
            "id": "accounts_account",
            "premises_id": "accounts_premises",
            "public_id": "'a' || lpad((t.id + k * {accounts_account})::text, 15, '0')",
            "number": "lpad((t.id + k * {accounts_account})::text, 10, '0')",
        },
    ),
    ("accounts_terms", {"id": "accounts_terms", "account_id": "accounts_account"}),
    (
        "metering_meter",
        {
            "id": "metering_meter",
            "account_id": "accounts_account",
            "public_id": "'m' || lpad((t.id + k * {metering_meter})::text, 15, '0')",
        },
    ),
    (
        "metering_readingset",
        {
            "id": "metering_readingset",
            "account_id": "accounts_account",
            "meter_id": "metering_meter",
            "public_id": "'r' || lpad((t.id + k * {metering_readingset})::text, 15, '0')",
            "receipt_number": "'r' || (t.id + k * {metering_readingset})",
            "key": "gen_random_uuid()",
        },
    ),
    (
        "metering_readingvalue",
        {
            "id": "metering_readingvalue",
            "account_id": "accounts_account",
            "reading_set_id": "metering_readingset",
        },
    ),
    (
        "metering_setstatechange",
        {"id": "metering_setstatechange", "reading_set_id": "metering_readingset"},
    ),
    ("metering_readingtouch", {"id": "metering_readingtouch", "account_id": "accounts_account"}),
    (
        "ledger_transaction",
        {
            "id": "ledger_transaction",
            "key": "'charge:' || (split_part(t.key, ':', 2)::bigint + k * {accounts_account}) || ':'"
            " || split_part(t.key, ':', 3)",
        },
    ),
    (
        "ledger_posting",
        {"id": "ledger_posting", "account_id": "accounts_account", "transaction_id": "ledger_transaction"},
    ),
    ("ledger_accountbalance", {"account_id": "accounts_account"}),
    (
        "billing_charge",
        {"id": "billing_charge", "account_id": "accounts_account", "transaction_id": "ledger_transaction"},
    ),
    (
        "billing_chargeline",
        {
            "id": "billing_chargeline",
            "charge_id": "billing_charge",
            "account_id": "accounts_account",
            "point": "metering_meter",
            "meter_id": "metering_meter",
            "reverses_id": "billing_chargeline",
            "previous_set_id": "metering_readingset",
            "current_set_id": "metering_readingset",
            "cause_set_id": "metering_readingset",
        },
    ),
)
#: Months come one after the other, so rows of one account lie far from each other.
_ORDER: Final = {
    "metering_readingset": "t.read_on, k, t.id",
    "metering_readingvalue": "t.id, k",
    "metering_setstatechange": "t.id, k",
    "billing_charge": "t.period, k, t.id",
    "billing_chargeline": "t.period, k, t.id",
}
# What is known beside readings, as ``queries.facts.digest`` writes it for the last month of the year.
DIGEST: Final = """
left(encode(sha256(convert_to(concat(
    c.floor - d.zero, '|', a.opened_on - d.zero, '|', a.closed_on - d.zero, '/',
    (SELECT string_agg(concat(since - d.zero, '|', tariff_group, '|', residents, '|', rooms, '|', area, '|',
                              stove, '|', electric_heating::integer), ';' ORDER BY since)
     FROM accounts_terms t WHERE t.account_id = a.id), '/',
    (SELECT string_agg(concat(m.id, '|', installed_on - d.zero, '|', removed_on - d.zero, '|', scheme, '|',
                              digits, '|', ratio, '|', serial), ';' ORDER BY installed_on, m.id)
     FROM metering_meter m WHERE m.account_id = a.id), '/',
    (SELECT g.shared FROM bench_groups g, accounts_terms t
     WHERE t.account_id = a.id AND g.code = t.tariff_group LIMIT 1)), 'UTF8')), 'hex'), 32)
"""
_AGAIN: Final = f"""
UPDATE billing_charge c SET facts = {DIGEST}
FROM accounts_account a, (SELECT date '2000-01-01' AS zero) d
WHERE a.id = c.account_id AND c.period = '{YEAR[-1]}-01' AND c.account_id > {PATTERN}
"""


def copies(
    columns: dict[str, list[str]], shift: dict[str, int], times: int, put_back: list[str]
) -> list[str]:
    """The statements that copy the pattern ``times`` times; ``shift``: by how much keys move each time.

    Before the digests are written, which looks accounts up by keys, indexes are ``put_back``.
    """
    statements = ["SET session_replication_role = replica"]
    for table, rules in _COPIES:
        written = [_column(name, rules, shift) for name in columns[table]]
        order = _ORDER.get(table, "k, t.id" if "id" in rules else "k, t.account_id")
        statements.append(
            f"INSERT INTO {table} ({', '.join(columns[table])}) SELECT {', '.join(written)}"
            f" FROM {table} t CROSS JOIN generate_series(1, {times}) k ORDER BY {order}"
        )
        if "id" in rules:
            statements.append(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
            )
    return [*statements, *put_back, _AGAIN, "RESET session_replication_role"]


def _column(name: str, rules: dict[str, str], shift: dict[str, int]) -> str:
    rule = rules.get(name)
    if rule is None:
        return f"t.{name}"
    if rule in shift:
        return f"t.{name} + k * {shift[rule]}"
    return rule.format(**shift)


#: Tables that are copied.
TABLES: Final = tuple(table for table, _ in _COPIES)


def without_indexes(cursor: Any) -> list[str]:
    """Drop what a copy would have to keep in order row by row; returns what builds it again."""
    cursor.execute(
        "SELECT c.conrelid::regclass::text, quote_ident(c.conname), pg_get_constraintdef(c.oid)"
        " FROM pg_constraint c WHERE c.contype IN ('u', 'x') AND c.conrelid = ANY(%s::regclass[])",
        [list(TABLES)],
    )
    kept = cursor.fetchall()
    cursor.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
        " WHERE i.indrelid = ANY(%s::regclass[])"
        " AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)",
        [list(TABLES)],
    )
    again = ["SET maintenance_work_mem = '1GB'"]
    for index, definition in cursor.fetchall():
        cursor.execute(f"DROP INDEX {index}")
        again.append(definition)
    for table, name, definition in kept:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        again.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    return again
