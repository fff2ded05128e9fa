"""Reading submissions per second over HTTP against pgbench running a fixed script, in the same run.

    python -m bench.readings [METERS [SECONDS]]    5,000 meters by default
    SCALE=full python -m bench.readings            20,000 meters, longer
    python -m bench.readings --take                write the scripts anew, from the statements of today

See bench/README.md.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bench import replay
from bench.client import STEP, Order, Result
from bench.figures import Row, machine, percentile, table
from bench.replay import Sample, Statement
from bench.requests import HELD, Places, person_of, secret_of
from bench.stack import Stack, running
from bench.town import MONTHS

CLIENTS = 16
#: The share of the greatest pace at which latency is judged.
USUAL_LOAD = 0.7


@dataclass(frozen=True, slots=True)
class Scale:
    """How large the town is and how long each part is measured, in seconds."""

    meters: int
    seconds: int


USUAL, FULL = Scale(5_000, 12), Scale(20_000, 40)
#: Kind of request, its title, the status of a good answer.
WRITES = (("api", "readings by API", 201), ("form", "readings by form", 200))
#: What one submission asked of the database on the day this was taken: the measure of every later day.
FIXED = Path(__file__).with_name("fixed")
PAGES = (("readings page", "page «Показания»", 200), ("payment page", "page «Оплата»", 200))


class Bench:
    """One measurement on one installation; every meter is used once before any comes again."""

    def __init__(self, stack: Stack, scale: Scale) -> None:
        self.stack = stack
        self.scale = scale
        begins = stack.begins
        self.places = Places(scale.meters, begins["metering_meter"], begins["people_person"])
        self.next = 0
        self.accepted = 0

    def rows(self) -> Iterator[Row]:
        """Measure one thing after another."""
        for kind, title, status in WRITES:
            yield from self._written(kind, title, status, replay.trips(self._heard(kind, status)[0]))
        for kind, title, status in PAGES:
            yield self._loaded(kind, title, status, seconds=self.scale.seconds / 2)[0]
        self._check()

    def take(self) -> None:
        """Write what a submission asks today down as the scripts to be measured against."""
        for kind, _title, status in WRITES:
            texts, number, made = self._heard(kind, status)
            body = replay.script(texts, self._sample(number, made), prepared_once=False)
            (FIXED / f"{kind}.sql").write_text(body, "utf-8")

    def _written(self, kind: str, title: str, status: int, trips: replay.Trips) -> Iterator[Row]:
        row, pace = self._loaded(kind, title, status, seconds=self.scale.seconds)
        self.stack.ask("CHECKPOINT")
        yield replace(
            row,
            title=f"{title}, {CLIENTS} clients",
            bare=self._fixed(kind),
            statements=trips.statements,
            commits=trips.commits,
            waits=trips.waits,
        )
        usual = f"{title}, at {USUAL_LOAD:.0%} of that"
        yield self._loaded(kind, usual, status, seconds=self.scale.seconds, rate=pace * USUAL_LOAD)[0]

    def _fixed(self, kind: str) -> float:
        """How many submissions a second pgbench repeats by the fixed script."""
        script = f"{replay.head(self._sample(1, {}))}\n{(FIXED / f'{kind}.sql').read_text('utf-8')}"
        with tempfile.TemporaryDirectory(prefix="svet-bench-") as folder:
            file = Path(folder) / f"{kind}.sql"
            file.write_text(script, "utf-8")
            bare = replay.run(
                program=self.stack.pgbench,
                url=self.stack.server.url(),
                file=file,
                clients=CLIENTS,
                seconds=self.scale.seconds,
            )
        if bare.failed:
            raise RuntimeError(f"pgbench: {bare.failed} transactions failed")
        return bare.pace

    def _loaded(
        self, kind: str, title: str, status: int, *, seconds: float, rate: float | None = None
    ) -> tuple[Row, float]:
        """The row of one load, and its pace. CPU is that of the warm-up too, and so are its acts."""
        before = self.stack.cpu()
        result = self.stack.load(self._order(kind, status, seconds=seconds, rate=rate))
        web, database = (after - past for after, past in zip(self.stack.cpu(), before, strict=True))
        self._passed(kind, result)
        row = self._row(title, result)
        acts = max(result.sent, 1)
        row = replace(row, web=web / acts * 1000, database=database / acts * 1000)
        return row, result.measured / seconds

    def _passed(self, kind: str, result: Result) -> None:
        self.next += result.sent
        if kind in {name for name, *_ in WRITES}:
            self.accepted += result.accepted
        if result.errors:
            print(f"{kind}: {result.errors} errors, the last: {result.words}", file=sys.stderr)

    def _order(self, kind: str, status: int, *, seconds: float, rate: float | None = None) -> Order:
        return Order(
            port=self.stack.port, kind=kind, places=self.places, warm=2 if rate is None else 1,
            connections=CLIENTS if rate is None else 4 * CLIENTS,
            seconds=seconds, first=self.next, expect=status, rate=rate,
        )  # fmt: skip

    def _row(self, title: str, result: Result) -> Row:
        return Row(
            title,
            pace=result.measured / result.seconds,
            p50=percentile(result.milliseconds, 0.5),
            p95=percentile(result.milliseconds, 0.95),
            errors=result.errors,
            memory=self.stack.memory(),
        )

    def _heard(self, kind: str, status: int) -> tuple[list[Statement], int, dict[str, int]]:
        """The statements of one submission in a warm worker, the number of its meter, and what it made."""
        self._passed(kind, self.stack.load(self._order(kind, status, seconds=0.5)))
        before = self._sequences()
        number = self.next * STEP % self.scale.meters + 1
        texts = self.stack.listen(replace(self._order(kind, status, seconds=0), single=True))
        self.next += 1
        self.accepted += 1
        made = {
            name: after for name, after in self._sequences().items() if after == (before.get(name) or 0) + 1
        }
        return texts, number, made

    def _sequences(self) -> dict[str, int]:
        rows = self.stack.ask(
            "SELECT c.table_name, pg_sequence_last_value(pg_get_serial_sequence("
            "quote_ident(c.table_name), c.column_name)::regclass) FROM information_schema.columns c"
            " WHERE c.table_schema = 'public' AND c.column_name = 'id' AND c.is_identity = 'YES'"
        )
        return {str(name): int(str(value)) for name, value in rows if value is not None}

    def _sample(self, number: int, made: dict[str, int]) -> Sample:
        begins = self.stack.begins
        person = person_of(self.places, number)
        holder = person - self.places.person
        known: dict[str, str] = {}
        variables: list[str] = []

        def counted(name: str, value: int, expression: str) -> None:
            known[str(value)] = f":{name}"
            variables.append(f"{name} {expression}")

        variables.append(f"holder (:n - 1) / {HELD} + 1")
        for name in ("metering_meter", "accounts_account", "accounts_link"):
            counted(name, begins[name] + number, f"{begins[name]} + :n")
        for name in ("people_person", "people_token", "notices_recipient", "accounts_group"):
            counted(name, begins[name] + holder, f"{begins[name]} + :holder")
        sets = begins["metering_readingset"]
        counted("initial", sets + number, f"{sets} + :n")
        past = sets + self.scale.meters
        for turn in range(1, MONTHS + 1):
            counted(
                f"past{turn}", past + (number - 1) * MONTHS + turn, f"{past} + (:n - 1) * {MONTHS} + {turn}"
            )
        once = self._once(person, made) if made else {}
        return Sample(self.scale.meters, known, made, once, variables)

    def _once(self, person: int, made: dict[str, int]) -> dict[str, str]:
        """Texts of the sample that may stand in the tables only once."""
        key = made["metering_readingset"]
        ((name, receipt, uuid),) = self.stack.ask(
            "SELECT public_id, receipt_number, key FROM metering_readingset WHERE id = %s", key
        )
        once = {str(name): "r000:r", str(receipt): "R:r", str(uuid): "00000000-0000-4000-8000-:r"}
        once[str(uuid).replace("-", "")] = "00000000000040008000:r"
        digest = self.stack.ask("SELECT encode(sha256(%s::text::bytea), 'hex')", secret_of(person))[0][0]
        once[f"'{digest}'"] = "encode(sha256('svet_" + "0" * 35 + ":people_person'), 'hex')"
        for (notice,) in self.stack.ask(
            "SELECT public_id FROM notices_notice WHERE id = %s", made["notices_notice"]
        ):
            once[str(notice)] = "n000:r"
        if "api_idempotentcall" in made:
            ((call,),) = self.stack.ask(
                "SELECT key FROM api_idempotentcall WHERE id = %s", made["api_idempotentcall"]
            )
            once[str(call)] = "00000000-0000-4000-9000-:r"
        return once

    def _check(self) -> None:
        """What was answered «accepted» must stand in the tables, no more and no less."""
        ((kept,),) = self.stack.ask(
            "SELECT count(*) FROM metering_readingset WHERE channel IN ('web', 'api')"
            " AND receipt_number NOT LIKE 'R%'"
        )
        if kept != self.accepted:
            raise RuntimeError(f"{self.accepted} readings were accepted, {kept} stand in the tables")


def measure(scale: Scale) -> list[Row]:
    """Start an installation and measure it."""
    with running(meters=scale.meters) as stack:
        return list(Bench(stack, scale).rows())


def main(arguments: list[str]) -> int:
    """Measure and print; fails when anything was answered with an error."""
    scale = FULL if os.environ.get("SCALE") == "full" else USUAL
    if arguments == ["--take"]:
        with running(meters=scale.meters) as stack:
            Bench(stack, scale).take()
        return 0
    if arguments:
        seconds = int(arguments[1]) if len(arguments) > 1 else scale.seconds
        scale = Scale(int(arguments[0]), seconds)
    before = machine()
    rows = measure(scale)
    print(f"{scale.meters:,} meters, the load generator shares the cores")
    print(table(rows))
    print(before)
    return 1 if any(row.errors for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
