"""Floods before the queue of a process, in a time that is counted and not waited for: the same anywhere.

Pages share one processor, as threads of Python do, and those who come do not wait for each other. Only the
time is made up: queue, loop and tasks are those of the front.
"""

from __future__ import annotations

import asyncio
import random
import selectors
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from svet.config.front.desk import Crowded, Lane, RequestQueue

THREADS = 4


class CountedTime(asyncio.SelectorEventLoop):
    """An event loop that never sleeps: it sets its clock to what comes next. A page's work is its seconds."""

    def __init__(self) -> None:
        super().__init__(_NeverWaits(self))
        self.now = self._shared_at = 0.0
        self._pages: dict[asyncio.Future[Any], float] = {}
        self._next: asyncio.TimerHandle | None = None

    def time(self) -> float:
        return self.now

    def run_in_executor(  # type: ignore[override]
        self, _pool: Any, work: Callable[..., Any], *_none: Any
    ) -> asyncio.Future[Any]:
        self._share()
        page = self.create_future()
        self._pages[page] = work()
        self._wait_for_next()
        return page

    def _share(self) -> None:
        for page in self._pages:
            self._pages[page] -= (self.now - self._shared_at) / len(self._pages)
        self._shared_at = self.now

    def _wait_for_next(self) -> None:
        if self._next is not None:
            self._next.cancel()
        if self._pages:
            seconds = max(0.0, min(self._pages.values())) * len(self._pages)
            self._next = self.call_later(seconds + 1e-6, self._finish)

    def _finish(self) -> None:
        self._share()
        for page in [page for page, left in self._pages.items() if left < 1e-6]:
            del self._pages[page]
            page.set_result(None)
        self._wait_for_next()


class _NeverWaits(selectors.SelectSelector):
    def __init__(self, loop: CountedTime) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        self._loop.now += timeout or 0.0
        return super().select(0)


def after(
    page: float, *parts: tuple[float, float], threads: int = THREADS
) -> list[tuple[list[float], list[float]]]:
    """Seconds of those served and of those refused in each part: so many times capacity, so long."""
    chance = random.Random(7)

    async def story() -> list[tuple[list[float], list[float]]]:
        loop, desk = asyncio.get_running_loop(), RequestQueue(threads, 5)
        found = []

        async def knock(served: list[float], refused: list[float]) -> None:
            began, takes = loop.time(), chance.gammavariate(3, page / 3)
            try:
                await desk.run(lambda: takes, lane=Lane.ORDINARY)
                served.append(loop.time() - began)
            except Crowded:
                refused.append(loop.time() - began)

        for _ in range(60):
            await knock([], [])
        for load, seconds in parts:
            told: tuple[list[float], list[float]] = ([], [])
            moment = loop.time()
            ends, tasks = moment + seconds, []
            while moment < ends:
                moment += chance.expovariate(load / page)
                await asyncio.sleep(max(0.0, moment - loop.time()))
                tasks.append(asyncio.create_task(knock(*told)))
            await asyncio.gather(*tasks)
            found.append(told)
        return found

    with asyncio.Runner(loop_factory=CountedTime) as runner:
        return runner.run(story())


def most(times: Sequence[float]) -> float:
    """The time of nineteen in twenty."""
    return sorted(times)[len(times) * 19 // 20]


@pytest.mark.parametrize("page", [0.006, 0.025, 0.15])
def test_who_is_served_in_a_flood_waits_at_most_twice_as_long_as_usual(page: float) -> None:
    ((usual, turned_away), (served, refused)) = after(page, (0.5, 2_000 * page), (3, 16))
    assert not turned_away
    assert most(served) <= 2 * most(usual)
    assert most(refused) <= 1
    # No thread was idle for it.
    assert len(served) * page > 0.9 * 16


@pytest.mark.parametrize("load", [0.5, 0.8])
def test_after_a_flood_nobody_is_turned_away_any_more(load: float) -> None:
    _flood, _recovers, (_served, refused) = after(0.025, (3, 4), (load, 2), (load, 20))
    assert not refused


@pytest.mark.parametrize(("threads", "load", "few"), [(4, 0.8, 0.03), (1, 0.7, 0.12)])
@pytest.mark.parametrize("page", [0.15, 0.4])
def test_where_fewer_come_than_can_be_served_hardly_anybody_is_turned_away(
    page: float, threads: int, load: float, few: float
) -> None:
    """Slow pages: some come at once and wait for each other, before a flood and behind it."""
    parts = (load, 800 * page), (3, 40 * page), (load, 20 * page), (load, 800 * page)
    calm, _flood, _recovers, again = after(page, *parts, threads=threads)
    for served, refused in (calm, again):
        assert len(refused) < few * (len(served) + len(refused))


def test_when_no_page_comes_back_who_waits_is_told_soon() -> None:
    """A database that stands still: what pages took until then says nothing."""

    async def story() -> list[float]:
        loop, desk = asyncio.get_running_loop(), RequestQueue(THREADS, 5)
        refused = []

        async def knock(takes: float) -> None:
            began = loop.time()
            try:
                await desk.run(lambda: takes, lane=Lane.ORDINARY)
            except Crowded:
                refused.append(loop.time() - began)

        for _ in range(60):
            await knock(0.02)
        frozen = []
        for _ in range(100):
            frozen.append(asyncio.create_task(knock(100)))
            await asyncio.sleep(1 / 13)
        await asyncio.gather(*frozen)
        return refused

    with asyncio.Runner(loop_factory=CountedTime) as runner:
        refused = runner.run(story())
    assert len(refused) == 100 - THREADS
    assert most(refused) < 1.5
