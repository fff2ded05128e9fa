"""What size costs: pages with many meters or accounts, and everything beside millions of stored readings.

    python -m bench.size                 1 million stored sets
    SCALE=full python -m bench.size      10 million

The number of statements of a page must not depend on how much is on it; the sending of readings and the page
«Показания» must take about as long beside a full store as beside a small one (the last column: goal ≤ 1.2).
See bench/README.md.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

import psycopg

from bench.client import Order, Result
from bench.figures import machine, percentile
from bench.requests import HELD, Places
from bench.stack import Stack, running

METERS = 2_000
SMALL, FULL = 1_000_000, 10_000_000
#: Sets each stored meter has: two years of months.
HISTORY = 24
#: Far above every key of the town: the stored meters stand in no account, their sets in every index.
ELSEWHERE = 1_000_000_000
SECONDS = 6.0
MOST = 1.2
#: Title, kind of request, how many accounts the two persons hold.
PAGES = (
    ("page «Показания»", "readings page", (1, 40)),
    ("page «Абоненты и группы»", "accounts page", (1, 200)),
    ("page «Оплата»", "payment page", (1, 200)),
)
BESIDE = (("readings by API", "api", 201), ("page «Показания»", "readings page", 200))


@dataclass(frozen=True, slots=True)
class Line:
    """One measurement twice: on a little, and on much."""

    title: str
    little: float
    much: float
    p95: float
    statements: tuple[int, int] | None = None
    judged: bool = False

    @property
    def ratio(self) -> float:
        """How many times longer much takes than a little."""
        return self.much / self.little

    @property
    def fails(self) -> bool:
        """Whether the number of statements grows, or the judged ratio is above the goal."""
        grows = self.statements is not None and self.statements[0] != self.statements[1]
        return grows or (self.judged and self.ratio > MOST)


def held(begins: dict[str, int], person: int) -> Places:
    """Places that always mean the first meter of one person (counted from 1)."""
    first = (person - 1) * HELD
    return Places(
        meters=1, meter=begins["metering_meter"] + first, person=begins["people_person"] + person - 1
    )


def gather(stack: Stack, *, person: int, count: int) -> None:
    """Give a person so many accounts of the town, on links like those it has."""
    begins = stack.begins
    names = [
        str(name)
        for (name,) in stack.ask(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = 'accounts_link' AND column_name <> 'id' ORDER BY ordinal_position"
        )
    ]
    changed = {
        "public_id": f"'k{person:03d}' || lpad(account_id::text, 12, '0')",
        "person_id": str(begins["people_person"] + person),
        "group_id": str(begins["accounts_group"] + person),
    }
    picked = ", ".join(changed.get(name, name) for name in names)
    key, own = begins["people_person"] + person, begins["accounts_account"]
    stack.ask(f"UPDATE accounts_link SET removed_at = now() WHERE person_id = {key} AND {HELD} > {count}"
              f" AND account_id > {own + (person - 1) * HELD + count}")  # fmt: skip
    if count > HELD:
        stack.ask(
            f"INSERT INTO accounts_link ({', '.join(names)}) SELECT {picked} FROM accounts_link"
            f" WHERE account_id > {own + METERS // 2} AND public_id LIKE 'l%'"
            f" ORDER BY account_id LIMIT {count - HELD}"
        )


def load(stack: Stack, places: Places, kind: str, expect: int, *, first: int = 0) -> Result:
    """One connection that asks again and again: how long one answer takes when nobody else asks."""
    order = Order(
        port=stack.port, kind=kind, places=places, connections=1, warm=1.5, seconds=SECONDS, first=first,
        expect=expect,
    )  # fmt: skip
    result = stack.load(order)
    if result.errors:
        raise RuntimeError(f"{kind}: {result.words}")
    return result


def statements_of(stack: Stack, places: Places, kind: str) -> int:
    """How many statements one page makes the server run."""
    order = Order(
        port=stack.port, kind=kind, places=places, connections=1, warm=0, seconds=0, first=0, expect=200,
        single=True,
    )  # fmt: skip
    return len(stack.listen(order))


def pages(stack: Stack) -> Iterator[Line]:
    """Each page of somebody with one account and of somebody with many."""
    person = 0
    for title, kind, counts in PAGES:
        medians, statements, last = [], [], 0.0
        for count in counts:
            person += 1
            gather(stack, person=person, count=count)
            places = held(stack.begins, person)
            result = load(stack, places, kind, 200)
            statements.append(statements_of(stack, places, kind))
            medians.append(percentile(result.milliseconds, 0.5))
            last = percentile(result.milliseconds, 0.95)
        few, many = statements
        yield Line(f"{title}, {counts[0]} and {counts[1]}", medians[0], medians[1], last, (few, many))


def beside(stack: Stack, sets: int) -> Iterator[Line]:
    """Sending and reading beside the town's own readings, then beside so many more."""
    places = Places(METERS, stack.begins["metering_meter"], stack.begins["people_person"])
    before: list[Result] = []
    sent = 0
    for _title, kind, status in BESIDE:
        before.append(load(stack, places, kind, status, first=sent))
        sent += before[-1].sent
    store(stack, sets)
    for (title, kind, status), small in zip(BESIDE, before, strict=True):
        result = load(stack, places, kind, status, first=sent)
        sent += result.sent
        yield Line(
            f"{title}, beside {sets:,} sets",
            percentile(small.milliseconds, 0.5),
            percentile(result.milliseconds, 0.5),
            percentile(result.milliseconds, 0.95),
            judged=True,
        )


def store(stack: Stack, sets: int) -> None:
    """COPY sets of two scales with their values and changes, past foreign keys and triggers."""
    with psycopg.connect(stack.server.url(), autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table, columns, lines in (
            ("metering_readingset",
             "id, public_id, receipt_number, account_id, meter_id, read_on, received_at, channel, kind,"
             " state, author_kind, author_name, key", _sets(sets)),
            ("metering_readingvalue",
             "reading_set_id, account_id, zone, value, turns, consumption", _values(sets)),
            ("metering_setstatechange",
             "reading_set_id, from_state, to_state, at, by_kind, doubts, other_receipt, words",
             _changes(sets)),
        ):  # fmt: skip
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for part in _parts(lines):
                    copy.write(part)
        cursor.execute("VACUUM ANALYZE")
    stack.ask("CHECKPOINT")


def _parts(lines: Iterable[str]) -> Iterator[str]:
    part: list[str] = []
    for line in lines:
        part.append(line)
        if len(part) == 20_000:
            yield "".join(part)
            part.clear()
    yield "".join(part)


def _sets(count: int) -> Iterator[str]:
    for place in range(count):
        meter, month = divmod(place, HISTORY)
        day = f"20{24 + month // 12}-{month % 12 + 1:02d}-20"
        key = ELSEWHERE + meter
        yield (
            f"{ELSEWHERE + place}\tz{place:015d}\tZ{place:011d}\t{key}\t{key}\t{day}\t{day} 12:00:00+00"
            f"\tregister\tcustomer\tused\tsystem\tbench\t{UUID(int=ELSEWHERE + place)}\n"
        )


def _values(count: int) -> Iterator[str]:
    for place in range(count):
        meter, month = divmod(place, HISTORY)
        yield f"{ELSEWHERE + place}\t{ELSEWHERE + meter}\tday\t{1000 + month * 150}\t0\t150\n"
        yield f"{ELSEWHERE + place}\t{ELSEWHERE + meter}\tnight\t{500 + month * 70}\t0\t70\n"


def _changes(count: int) -> Iterator[str]:
    for place in range(count):
        yield f"{ELSEWHERE + place}\tsubmitted\tused\t2025-01-20 12:00:00+00\tsystem\t{{}}\t\t\n"


def measure(sets: int) -> list[Line]:
    """Start an installation and measure it."""
    with running(meters=METERS) as stack:
        # In this order: the persons of the pages lose accounts, which the others' requests may name.
        return [*beside(stack, sets), *pages(stack)]


def report(lines: list[Line]) -> str:
    """The lines as a table."""
    rows = [("", "statements", "little ms", "much ms", "p95 ms", "ratio")]
    for line in lines:
        counts = "" if line.statements is None else "{} → {}".format(*line.statements)
        rows.append((
            line.title, counts, f"{line.little:.1f}", f"{line.much:.1f}", f"{line.p95:.1f}",
            f"{line.ratio:.2f}{' MISSES' if line.fails else ''}",
        ))  # fmt: skip
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    )


def main() -> int:
    """Measure and print; fails when statements grow with the page, or a full store costs too much."""
    sets = FULL if os.environ.get("SCALE") == "full" else SMALL
    before = machine()
    lines = measure(sets)
    print(report(lines))
    print(before)
    return int(any(line.fails for line in lines))


if __name__ == "__main__":
    sys.exit(main())
