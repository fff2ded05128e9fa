"""The threads that make pages, and the queue before them."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, TypeVar

T = TypeVar("T")


class Lane(IntEnum):
    """Who goes first: somebody whose payment has begun, then everybody."""

    BEGUN = 0
    ORDINARY = 1


#: Requests that may wait at once in each lane; those after them are turned away at once. A lane is chosen by
#: the address alone, which anybody may ask for, so that neither may take the room of the other.
LONGEST_QUEUE: Final[Mapping[Lane, int]] = {Lane.BEGUN: 200, Lane.ORDINARY: 1_000}
#: One turn of so many is everybody's, however many say that their payment has begun.
ORDINARY_TURN: Final = 4
#: How many times longer than others a begun payment may wait.
BEGUN_WAITS: Final = 4
#: Seconds for which a queue of that many for each thread must stand before it is more than a rush, or for
#: which its last would have to wait.
STANDS: Final = 0.7
STANDING_FOR_EACH: Final = 2
#: As many pages as it takes at least, one after another: where pages are slow, a queue of some seconds comes
#: and goes by itself, though fewer come than can be served.
PAGES_STAND: Final = 10
#: Seconds that the last of a queue must have before it for the queue to stand at all: who is turned away is
#: asked to come again in half a minute, so a queue in which everybody is served at once is none to be cut.
WORTH_WAITING: Final = 0.25
#: A queue stands no more when in as many seconds as it took not one of so many was turned away, or when the
#: threads had nothing to do for one second of so many: where hardly anybody may wait, some are turned away
#: whenever two come at once, however few come.
FEW_REFUSED: Final = 10
IDLE: Final = 8
#: A standing queue is half as long as a page takes to make, no thread is idle: seconds, not below (two looks
#: at the queue: below that a thread may wait for the next one), not above.
SHORTEST_WAIT: Final = 0.04
LONGEST_WAIT: Final = 0.5
#: Seconds between two looks at a queue that somebody waits in.
_LOOK: Final = 0.02
#: How much of what a page is said to take comes from the last one.
_LAST: Final = 0.05


class Crowded(Exception):
    """No thread was free within the time. Nothing was done."""


def standing_wait(takes: float) -> float:
    """Seconds that a request may wait in a queue that stands, where a page takes so many to make."""
    return min(max(takes / 2, SHORTEST_WAIT), LONGEST_WAIT)


@dataclass(slots=True, eq=False)
class _Turn:
    """Somebody who waits: what wakes them, and since when they do."""

    call: asyncio.Future[None]
    since: float


@dataclass(slots=True)
class RequestQueue:
    """So many threads, and patience in seconds; everything but the work itself is on the event loop.

    A rush waits as long as patience lasts. A queue that stands is another thing: more come than can be
    served, most will be turned away whatever is done, and to let them wait first only makes everybody slow.
    From then until hardly anybody is turned away or threads are idle an ordinary request waits for half as
    long as a page takes to make, and who came last is served first: most of the others are about to be turned
    away whoever is served, and those who are served have not waited for it. It stands when it is long for
    ``STANDS`` on end, or so long that its last would wait for more than that; longer where pages are slow.
    """

    threads: int
    patience: float
    _free: int = field(init=False)
    _queues: tuple[deque[_Turn], ...] = field(init=False)
    _begins: float | None = field(init=False, default=None)
    _stands: bool = field(init=False, default=False)
    _came: int = field(init=False, default=0)
    _refused: int = field(init=False, default=0)
    _idle: float = field(init=False, default=0.0)
    _idle_at: float = field(init=False, default=0.0)
    _looking: bool = field(init=False, default=False)
    _takes: float = field(init=False, default=0.0)
    _moved: float = field(init=False, default=0.0)
    _pool: ThreadPoolExecutor = field(init=False)
    _begun_in_a_row: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._free = self.threads
        self._queues = tuple(deque() for _ in Lane)
        self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="page")

    @property
    def waiting(self) -> int:
        """How many requests wait for a thread now."""
        return sum(len(queue) for queue in self._queues)

    async def run(self, work: Callable[[], T], *, lane: Lane) -> T:
        """Have the work done by a thread. :raises Crowded: it was not begun in time"""
        self._came += 1
        await self._enter(lane)
        loop = asyncio.get_running_loop()
        self._moved = began = loop.time()
        try:
            return await loop.run_in_executor(self._pool, work)
        finally:
            self._takes += _LAST * (loop.time() - began - self._takes)
            self._leave()

    async def _enter(self, lane: Lane) -> None:
        if self._free:
            self._count_idle(asyncio.get_running_loop().time())
            self._free -= 1
            return
        if len(self._queues[lane]) >= LONGEST_QUEUE[lane]:
            raise Crowded
        loop = asyncio.get_running_loop()
        turn = _Turn(loop.create_future(), loop.time())
        self._queues[lane].append(turn)
        self._look_later(loop)
        patience = self.patience * (BEGUN_WAITS if lane is Lane.BEGUN else 1)
        try:
            async with asyncio.timeout(patience):
                await turn.call
        except Crowded:
            raise
        except BaseException as error:
            if turn.call.done() and not turn.call.cancelled():
                if turn.call.exception() is None:
                    self._leave()  # the turn came in the same moment: it is the next one's
            else:
                with contextlib.suppress(ValueError):
                    self._queues[lane].remove(turn)
            if isinstance(error, TimeoutError):
                raise Crowded from None
            raise

    def _leave(self) -> None:
        """Give the thread to the one whose turn it is, or keep it free."""
        lanes = [Lane.BEGUN, Lane.ORDINARY]
        if self._begun_in_a_row >= ORDINARY_TURN - 1:
            lanes.reverse()
        for lane in lanes:
            queue = self._queues[lane]
            newest = self._stands and lane is Lane.ORDINARY
            while queue:
                turn = queue.pop() if newest else queue.popleft()
                if not turn.call.done():
                    self._begun_in_a_row = self._begun_in_a_row + 1 if lane is Lane.BEGUN else 0
                    turn.call.set_result(None)
                    return
        self._count_idle(asyncio.get_running_loop().time())
        self._free += 1

    def _count_idle(self, now: float) -> None:
        """Before the number of free threads changes, and when they are asked about: seconds of threads."""
        self._idle += self._free * (now - self._idle_at)
        self._idle_at = now

    def _look_later(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._looking:
            self._looking = True
            loop.call_later(_LOOK, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Judge whether everybody's queue stands, and turn away who has waited too long in one that does."""
        self._looking = False
        now, queue = loop.time(), self._queues[Lane.ORDINARY]
        # How long its last has to wait: none needs to see that come true. What pages took tells nothing of
        # a database that stands still: there, as long at least as nobody's turn has come.
        last = len(queue) * self._takes / self.threads
        worth_cutting = max(last, now - self._moved) > WORTH_WAITING
        if self._stands:
            self._judge_again(now)
        elif len(queue) > STANDING_FOR_EACH * self.threads and worth_cutting:
            self._begins = self._begins or now
            rush = max(STANDS, PAGES_STAND * self._takes / self.threads)
            if last > rush or now - self._begins >= rush:
                self._stands = True
                self._count_anew(now)
        else:
            self._begins = None
        if self._stands:
            longest = standing_wait(self._takes)
            while queue and now - queue[0].since > longest:
                turn = queue.popleft()
                if not turn.call.done():
                    self._refused += 1
                    turn.call.set_exception(Crowded())
        if self.waiting:
            self._look_later(loop)

    def _judge_again(self, now: float) -> None:
        """Of a queue that stands: after each ``STANDS`` whether still more come than can be served."""
        if self._begins is not None and now - self._begins >= STANDS:
            self._count_idle(now)
            refuses = self._refused * FEW_REFUSED >= self._came
            busy = self._idle * IDLE <= (now - self._begins) * self.threads
            self._stands = refuses and busy
            self._count_anew(now)
            if not self._stands:
                self._begins = None

    def _count_anew(self, now: float) -> None:
        self._begins, self._came, self._refused = now, 0, 0
        self._idle, self._idle_at = 0.0, now
