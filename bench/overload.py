"""What becomes of everybody when more comes than can be served, or when something is stuck.

    python -m bench.overload [SECONDS]      8 by default, each of some ten parts

Ratios are what to look at: see bench/README.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from bench.figures import machine, percentile
from bench.requests import REQUESTS, Places
from bench.stack import Stack, running

METERS, LINES = 400, 600
#: One request of so many tells of a payment that has begun.
BEGUN = 10
SLOW_BODIES, HALF_HEADS = 50, 400
_TOLD = b'{"type":"notification","event":"deal.closed","object":{"id":"2a7f"}}'
_CALLBACK = (
    b"POST /callbacks/yookassa/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(_TOLD), _TOLD)
)
_HALF_BODY = b"POST /callbacks/yookassa/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 60000\r\n\r\n{"
_HALF_HEAD = b"GET / HTTP/1.1\r\nHost: "
_HEALTH = b"GET /health/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@dataclass(slots=True)
class Told:
    """Milliseconds of answers by kind; ``lost`` had none, ``bare`` were refused without ``Retry-After``."""

    served: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    begun: list[float] = field(default_factory=list)
    unbegun: int = 0
    lost: int = 0
    bare: int = 0
    words: str = ""

    def line(self, name: str, normal: float = 0.0) -> str:
        """A row of the table."""
        asked = len(self.served) + len(self.refused) + len(self.begun) + self.unbegun + self.lost
        ratio = f"{percentile(self.served, 0.95) / normal:.1f}" if normal and self.served else ""
        cells = [
            f"{asked}", f"{len(self.served)}", _of(self.served), ratio, f"{len(self.refused)}",
            _of(self.refused), f"{max(self.refused, default=0):.0f}", f"{self.bare}",
            f"{len(self.begun)} + {self.unbegun}", _of(self.begun), f"{self.lost}",
        ]  # fmt: skip
        return f"| {name} | " + " | ".join(cells) + " |"


def _of(times: list[float]) -> str:
    return f"{percentile(times, 0.95):.0f}" if times else ""


HEADING = (
    "| what | asked | served | p95 | to normal | refused | p95 | longest | without Retry-After"
    " | begun + failed | p95 | lost |\n|---|---|---|---|---|---|---|---|---|---|---|---|"
)


class Line:
    """One keep-alive connection that reads whole answers."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and head."""
        if self.ends is None:
            self.ends = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.ends
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        place = head.find(b"content-length:")
        length = int(head[place + 15 : head.find(b"\r\n", place)]) if place >= 0 else 0
        await reader.readexactly(length)
        return int(head[9:12]), head

    def drop(self) -> None:
        """Forget the connection."""
        if self.ends is not None:
            self.ends[1].close()
        self.ends = None


@dataclass
class Crowd:
    """People of the town at one web server."""

    stack: Stack

    @property
    def places(self) -> Places:
        begins = self.stack.begins
        return Places(METERS, begins["metering_meter"], begins["people_person"])

    async def closed(self, seconds: float) -> float:
        """Requests a second of sixteen who ask again as soon as they are answered."""
        ends, done = time.perf_counter() + seconds, 0

        async def go(number: int) -> None:
            nonlocal done
            line = Line(self.stack.port)
            while time.perf_counter() < ends:
                await line.ask(self._page(number))
                done += 1
            line.drop()

        await asyncio.gather(*(go(number) for number in range(16)))
        return done / seconds

    async def open(self, rate: float, seconds: float) -> Told:
        """Arrivals at random moments that wait for nobody; the time counts from when it was due."""
        told, chance, tasks = Told(), random.Random(7), set[asyncio.Task[None]]()
        free: asyncio.LifoQueue[Line] = asyncio.LifoQueue()
        for _ in range(LINES):
            free.put_nowait(Line(self.stack.port))
        moment = time.perf_counter()
        ends = moment + seconds
        number = 0
        while moment < ends:
            moment += chance.expovariate(rate)
            number += 1
            await asyncio.sleep(max(0.0, moment - time.perf_counter()))
            task = asyncio.create_task(self._one(told, free, number, moment))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)
        while not free.empty():
            free.get_nowait().drop()
        return told

    async def _one(self, told: Told, free: asyncio.LifoQueue[Line], number: int, since: float) -> None:
        line = await free.get()
        begun = number % BEGUN == 0
        try:
            async with asyncio.timeout(60):
                status, head = await line.ask(_CALLBACK if begun else self._page(number))
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            line.drop()
            told.lost += 1
            return
        finally:
            free.put_nowait(line)
        took = (time.perf_counter() - since) * 1000
        if begun and status == 200:
            told.begun.append(took)
        elif begun:
            told.unbegun += 1
        elif status == 200:
            told.served.append(took)
        elif status in (429, 503):
            told.refused.append(took)
            told.bare += b"\r\nretry-after:" not in head
        else:
            told.lost += 1
            told.words = str(status)

    def _page(self, number: int) -> bytes:
        return REQUESTS["readings page"](self.places, number % METERS + 1, 0)


async def beside(crowd: Crowd, rate: float, seconds: float, attack: Coroutine[object, object, None]) -> Told:
    """What others notice while something goes on."""
    task = asyncio.create_task(attack)
    await asyncio.sleep(0.5)
    told = await crowd.open(rate, seconds)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    return told


async def hold_lines(port: int, request: bytes, count: int) -> None:
    """So many connections that never say the rest; a byte each four seconds."""
    lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
    try:
        while True:
            for _reader, writer in lines:
                with contextlib.suppress(OSError):
                    writer.write(request)
            request = b"a"
            await asyncio.sleep(4)
    finally:
        for _reader, writer in lines:
            writer.close()


async def search_slowly(crowd: Crowd, url: str, seconds: float) -> None:
    """One page that waits for its table all the time: to its thread a search that does not end."""

    def hold() -> None:
        with psycopg.connect(url) as link:
            link.execute("LOCK TABLE support_appeal IN ACCESS EXCLUSIVE MODE")
            time.sleep(seconds)

    locked = asyncio.create_task(asyncio.to_thread(hold))
    await asyncio.sleep(0.2)
    line = Line(crowd.stack.port)
    await line.ask(crowd._page(1).replace(b"GET /readings/ ", b"GET /help/appeals/ "))
    line.drop()
    await locked


@contextlib.contextmanager
def frozen(stack: Stack) -> Iterator[None]:
    """The database neither answers nor goes away."""
    first = int((stack.server.cluster / "postmaster.pid").read_text().splitlines()[0])
    found = [first]
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == first:
                found.append(int(path.parent.name))
    for pid in found:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(found):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


async def health(port: int, seconds: float) -> list[float]:
    """Milliseconds of ``/health/``, five times a second."""
    times, line, ends = [], Line(port), time.perf_counter() + seconds
    while time.perf_counter() < ends:
        asked = time.perf_counter()
        await line.ask(_HEALTH)
        times.append((time.perf_counter() - asked) * 1000)
        await asyncio.sleep(0.2)
    line.drop()
    return times


async def measure(stack: Stack, seconds: float, say: Callable[[str], None]) -> bool:
    """Every part in a row; whether the goals were met."""
    crowd = Crowd(stack)
    await crowd.closed(4)
    capacity = await crowd.closed(seconds)
    say(f"capacity: {capacity:.0f} pages a second\n\n{HEADING}")
    normal = await crowd.open(capacity * 0.5, seconds)
    usual = percentile(normal.served, 0.95)
    say(normal.line("half of capacity", usual))
    much = await crowd.open(capacity * 3, seconds * 2)
    say(much.line("three times capacity", usual))
    again = await crowd.open(capacity * 0.5, seconds)
    say(again.line("half again, at once afterwards", usual))
    calm, url = capacity * 0.3, stack.server.url()
    for name, attack in (
        (f"{SLOW_BODIES} slow bodies", hold_lines(stack.port, _HALF_BODY, SLOW_BODIES)),
        (f"{HALF_HEADS} half-open heads", hold_lines(stack.port, _HALF_HEAD, HALF_HEADS)),
        ("one slow search", search_slowly(crowd, url, seconds)),
    ):
        say((await beside(crowd, calm, seconds, attack)).line(f"{name}, 30 % of capacity", usual))
    with frozen(stack):
        asked = asyncio.create_task(health(stack.port, seconds))
        stuck = asyncio.create_task(crowd.open(calm, seconds))
        times = await asked
    say((await stuck).line("a frozen database, 30 % of capacity", usual))
    say(f"\n/health/ meanwhile: p95 {percentile(times, 0.95):.0f} ms, longest {max(times):.0f} ms")
    return (
        percentile(much.refused, 0.95) <= 1000
        and percentile(much.served, 0.95) <= 2 * usual
        and not much.unbegun + much.lost + much.bare
    )


def main() -> int:
    """Run it, print the table, fail when the goals are missed."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 8.0
    before = machine()
    with running(meters=METERS, patience=None) as stack:
        met = asyncio.run(measure(stack, seconds, lambda text: print(text, flush=True)))
    print(f"\n{before}")
    return int(not met)


if __name__ == "__main__":
    sys.exit(main())
