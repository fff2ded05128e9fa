"""Which rows an act left, and the INSERTs that would leave the same ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bench.stack import Ground

#: Columns of a table whose value may stand once with its neighbour's; whatever else is unique is a text.
COUNTED = {"ledger_posting": {"seq": ":r"}}


@dataclass(frozen=True, slots=True)
class Made:
    """Keys of tables that got one row, and by table the literals of every new row by column."""

    keys: dict[str, int]
    rows: dict[str, list[dict[str, str]]]


def marks(ground: Ground) -> dict[str, int]:
    """The newest key of each table."""
    rows = ground.ask(
        "WITH keyed AS MATERIALIZED (SELECT c.relname, c.oid::regclass::text AS name FROM pg_class c"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'id'"
        " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace"
        " AND c.relname NOT LIKE 'raw\\_%'),"
        " numbered AS MATERIALIZED (SELECT relname, pg_get_serial_sequence(name, 'id') AS seq FROM keyed)"
        " SELECT relname, pg_sequence_last_value(seq::regclass) FROM numbered WHERE seq IS NOT NULL"
    )
    return {str(table): int(str(value)) for table, value in rows if value is not None}


def made_since(ground: Ground, before: Mapping[str, int]) -> Made:
    """What came since these marks."""
    keys: dict[str, int] = {}
    rows: dict[str, list[dict[str, str]]] = {}
    for table, last in marks(ground).items():
        first = before.get(table, 0)
        if last == first:
            continue
        if last == first + 1:
            keys[table] = last
        columns = [
            str(name)
            for (name,) in ground.ask(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
                " AND table_schema = 'public' AND is_generated = 'NEVER' AND column_name <> 'id'"
                " ORDER BY ordinal_position",
                table,
            )
        ]
        chosen = ", ".join(f'quote_nullable("{name}"::text)' for name in columns)
        found = ground.ask(f"SELECT {chosen} FROM {table} WHERE id > %s ORDER BY id", first)
        rows[table] = [dict(zip(columns, map(str, row), strict=True)) for row in found]
    return Made(keys, {table: found for table, found in rows.items() if found})


def plain_script(ground: Ground, made: Made, once: Mapping[str, str]) -> str:
    """One transaction of INSERTs into bare copies of the tables, which are made here."""
    lines = [r"\set r random(100000000000, 999999999999)", "BEGIN;"]
    for table, found in made.rows.items():
        ground.ask(f"DROP TABLE IF EXISTS raw_{table}")
        ground.ask(f"CREATE TABLE raw_{table} (LIKE {table} INCLUDING ALL)")
        for row in found:
            values = row | {
                name: COUNTED[table][name] for name in COUNTED.get(table, {}) if row[name] != "NULL"
            }
            names = ", ".join(f'"{name}"' for name in values)
            lines.append(f"INSERT INTO raw_{table} ({names}) VALUES ({', '.join(values.values())});")
    script = "\n".join([*lines, "COMMIT;"]) + "\n"
    # What points at a row of this act points at another one each time.
    swaps = {str(key): ":r" for key in made.keys.values()} | dict(once)
    for old in sorted(swaps, key=len, reverse=True):
        script = script.replace(old, swaps[old])
    return script
