"""The threads that make pages, and the queue before them."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, TypeVar

T = TypeVar("T")

#: Requests that may wait at once; those after them are turned away at once.
LONGEST_QUEUE: Final = 1_000


class Lane(IntEnum):
    """Who goes first: somebody whose payment has begun, then everybody."""

    BEGUN = 0
    ORDINARY = 1


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
        if self.waiting >= LONGEST_QUEUE:
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
        """Give the thread to the one who has waited longest, or keep it free."""
        for queue in self._queues:
            while queue:
                turn = queue.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._free += 1
