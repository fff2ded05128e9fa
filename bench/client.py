"""The load generator, a process of its own: keep-alive connections, bare sockets, no HTTP library.

It reads one JSON order from its standard input and writes one JSON result. It shares the machine's cores
with the server it measures, so it does as little as possible per request.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from bench.requests import REQUESTS, Places

STEP = 7919  # prime: neighbours in time are not neighbours in the tables


@dataclass(frozen=True, slots=True)
class Order:
    """What to do: one request when ``single``, a closed loop without ``rate``, otherwise random arrivals."""

    port: int
    kind: str
    places: Places
    connections: int
    warm: float
    seconds: float
    first: int
    expect: int
    rate: float | None = None
    single: bool = False


@dataclass(slots=True)
class Result:
    """``sent`` counts all, also the warm-up; ``accepted`` those answered well; milliseconds are measured."""

    sent: int = 0
    accepted: int = 0
    errors: int = 0
    measured: int = 0
    seconds: float = 0.0
    milliseconds: list[float] = field(default_factory=list)
    words: str = ""


class Wire:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send a request, read the answer whole; says status and body."""
        if self.reader is None or self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        lowered = head.lower()
        place = lowered.find(b"content-length:")
        length = int(lowered[place + 15 : lowered.find(b"\r\n", place)]) if place >= 0 else 0
        body = await self.reader.readexactly(length) if length else b""
        return int(head[9:12]), body

    def drop(self) -> None:
        """Forget a connection that failed."""
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


class Load:
    """One run of an order."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.result = Result(seconds=order.seconds)
        self.make: Callable[[Places, int, int], bytes] = REQUESTS[order.kind]
        self.next = order.first
        self.begins = time.perf_counter() + order.warm
        self.ends = self.begins + order.seconds

    def request(self) -> bytes:
        """The next request; every meter once before any comes again."""
        number, self.next = self.next, self.next + 1
        meters = self.order.places.meters
        return self.make(self.order.places, number * STEP % meters + 1, number // meters)

    async def once(self, wire: Wire, since: float | None = None) -> None:
        """One request; the time counts from ``since``, when it should have been sent."""
        request = self.request()
        began = time.perf_counter() if since is None else since
        self.result.sent += 1
        try:
            status, body = await wire.ask(request)
        except (OSError, asyncio.IncompleteReadError, ValueError) as error:
            wire.drop()
            status, body = 0, repr(error).encode()
        ended = time.perf_counter()
        if status == self.order.expect:
            self.result.accepted += 1
        else:
            self.result.errors += 1
            self.result.words = f"{status} {body[-600:].decode('utf-8', 'replace')}"
        if self.begins <= ended < self.ends:
            self.result.measured += 1
            self.result.milliseconds.append((ended - began) * 1000)

    async def closed(self) -> None:
        """Every connection asks again as soon as it is answered."""

        async def go() -> None:
            wire = Wire(self.order.port)
            while time.perf_counter() < self.ends:
                await self.once(wire)
            wire.drop()

        await asyncio.gather(*(go() for _ in range(self.order.connections)))

    async def open(self, rate: float) -> None:
        """Arrivals do not wait for answers: whoever finds no free connection waits, and that time counts."""
        free: asyncio.Queue[Wire] = asyncio.Queue()
        for _ in range(self.order.connections):
            free.put_nowait(Wire(self.order.port))
        chance = random.Random(1)
        moment = time.perf_counter()
        tasks: set[asyncio.Task[None]] = set()

        async def go(since: float) -> None:
            wire = await free.get()
            await self.once(wire, since)
            free.put_nowait(wire)

        while moment < self.ends:
            moment += chance.expovariate(rate)
            await asyncio.sleep(max(0.0, moment - time.perf_counter()))
            task = asyncio.create_task(go(moment))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)

    async def run(self) -> Result:
        """Warm up, measure, answer."""
        if self.order.single:
            await self.once(Wire(self.order.port))
        elif self.order.rate is None:
            await self.closed()
        else:
            await self.open(self.order.rate)
        return self.result


def main() -> None:
    """Read the order, load the server, print the result."""
    given = json.load(sys.stdin)
    order = Order(**{**given, "places": Places(**given["places"])})
    print(json.dumps(asdict(asyncio.run(Load(order).run()))))


if __name__ == "__main__":
    main()
