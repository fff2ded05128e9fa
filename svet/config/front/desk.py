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


class Crowded(Exception):
    """No thread was free within the time. Nothing was done."""


@dataclass(slots=True)
class RequestQueue:
    """So many threads, and patience in seconds; everything but the work itself is on the event loop."""

    threads: int
    patience: float
    _free: int = field(init=False)
    _queues: tuple[deque[asyncio.Future[None]], ...] = field(init=False)
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
        await self._enter(lane)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._leave()

    async def _enter(self, lane: Lane) -> None:
        if self._free:
            self._free -= 1
            return
        if len(self._queues[lane]) >= LONGEST_QUEUE[lane]:
            raise Crowded
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues[lane].append(turn)
        patience = self.patience * (BEGUN_WAITS if lane is Lane.BEGUN else 1)
        try:
            async with asyncio.timeout(patience):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
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
            while queue:
                turn = queue.popleft()
                if not turn.done():
                    self._begun_in_a_row = self._begun_in_a_row + 1 if lane is Lane.BEGUN else 0
                    turn.set_result(None)
                    return
        self._free += 1
