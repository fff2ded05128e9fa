"""What the first installation of this kind had: its migrations by name, and the rows of a small town.

``make baseline`` writes both anew, and only while no installation exists: afterwards what is recorded stays
as it is, or the test of the upgrade would prove nothing.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path

import psycopg
from psycopg import sql

FOLDER = Path(__file__).parent
NAMES, ROWS = FOLDER / "recorded.txt", FOLDER / "recorded.rows.gz"
#: Written by every migration run itself.
OWN = {"django_migrations", "django_content_type", "auth_permission"}


def recorded() -> list[tuple[str, str]]:
    """App and name of every recorded migration."""
    lines = NAMES.read_text("ascii").split()
    return [(app, name) for app, _, name in (line.partition(".") for line in lines)]


def tables(link: psycopg.Connection) -> list[str]:
    """Every table of rows there is."""
    found = link.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
    return [str(table) for (table,) in found if table not in OWN]


def counts(link: psycopg.Connection) -> dict[str, int]:
    """How many rows each table has."""
    found = {}
    for table in tables(link):
        row = link.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
        assert row is not None
        found[table] = int(row[0])
    return found


def keep(link: psycopg.Connection, names: Iterable[tuple[str, str]]) -> None:
    """Record these migrations and the rows that ``link`` sees."""
    NAMES.write_text("".join(f"{app}.{name}\n" for app, name in sorted(names)), "ascii")
    parts: list[bytes] = []
    for table in tables(link):
        columns = [
            str(name)
            for (name,) in link.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
                " AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
                [f'"{table}"'],
            )
        ]
        with link.cursor() as cursor, cursor.copy(_copy(table, columns, "TO STDOUT")) as lines:
            rows = b"".join(bytes(line) for line in lines)
        if rows:
            parts += [f"{table} {' '.join(columns)}\n".encode(), rows, b"\\.\n"]
    # Without the moment of packing, so that the same rows are the same file.
    ROWS.write_bytes(gzip.compress(b"".join(parts), mtime=0))


def put(link: psycopg.Connection) -> None:
    """Write the recorded rows as the recorded version writes them: into the columns that it knows.

    Checks and columns that must not be empty are asked, guards and foreign keys are not.
    """
    link.execute("SET session_replication_role = replica")
    link.execute("TRUNCATE site_agreement")  # a migration has written it, and it is recorded too
    lines = iter(gzip.decompress(ROWS.read_bytes()).splitlines(keepends=True))
    for head in lines:
        table, *columns = head.decode().split()
        with link.cursor() as cursor, cursor.copy(_copy(table, columns, "FROM STDIN")) as copy:
            for line in lines:
                if line == b"\\.\n":
                    break
                copy.write(line)
    link.execute("SET session_replication_role = DEFAULT")


def fill(link: psycopg.Connection) -> None:
    """Put the recorded rows into an installation that has the recorded migrations and nothing else."""
    put(link)
    for table, column in link.execute(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND is_identity = 'YES'"
    ).fetchall():
        link.execute(
            sql.SQL("SELECT setval(pg_get_serial_sequence({name}, {of}), max({column})) FROM {table}").format(
                name=sql.Literal(f'"{table}"'),
                of=sql.Literal(column),
                column=sql.Identifier(column),
                table=sql.Identifier(table),
            )
        )
    link.commit()


def _copy(table: str, columns: Iterable[str], way: str) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) " + way).format(sql.Identifier(table), names)
