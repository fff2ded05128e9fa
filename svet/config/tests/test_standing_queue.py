"""A queue that stands is told from a rush: who will not be served hears it at once, and a rush waits."""

from __future__ import annotations

import asyncio
import threading
import time
from functools import partial
from typing import Any

import pytest

from svet.config.front.desk import Crowded, Lane, RequestQueue, standing_wait


async def knock(desk: RequestQueue, *, lane: Lane, work: float) -> tuple[bool, float]:
    """One request that takes so long to make: whether it was served, and after what time it was told."""
    began = time.monotonic()
    try:
        await desk.run(lambda: time.sleep(work), lane=lane)
    except Crowded:
        return False, time.monotonic() - began
    return True, time.monotonic() - began


async def flood(desk: RequestQueue, *, seconds: float, work: float, each: float) -> list[tuple[bool, float]]:
    """One every ``each`` seconds, whatever becomes of those before."""
    tasks = []
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        tasks.append(asyncio.create_task(knock(desk, lane=Lane.ORDINARY, work=work)))
        await asyncio.sleep(each)
    return await asyncio.gather(*tasks)


def test_when_more_come_than_can_be_served_who_is_turned_away_is_told_at_once() -> None:
    async def story() -> None:
        desk = RequestQueue(1, 60)
        early = asyncio.create_task(flood(desk, seconds=1.5, work=0.03, each=0.01))
        await asyncio.sleep(1.4)
        paying = asyncio.create_task(knock(desk, lane=Lane.BEGUN, work=0.03))
        told = await flood(desk, seconds=1.5, work=0.03, each=0.01)
        await early
        assert (await paying)[0]
        served = [seconds for well, seconds in told if well]
        refused = [seconds for well, seconds in told if not well]
        # With patience of a minute: nobody waits in vain, and who is served was not kept long.
        assert len(refused) > len(served) > 20
        assert sorted(refused)[len(refused) * 9 // 10] < 0.5
        assert sorted(served)[len(served) * 9 // 10] < 0.5
        # Once the flood is over it is as before.
        assert await knock(desk, lane=Lane.ORDINARY, work=0) < (True, 0.5)

    asyncio.run(story())


def test_a_rush_waits_and_so_do_a_few_behind_slow_pages() -> None:
    async def story() -> None:
        desk = RequestQueue(4, 5)
        # A rush: forty at once, and nobody after them.
        rush = [knock(desk, lane=Lane.ORDINARY, work=0.02) for _ in range(40)]
        assert all(well for well, _seconds in await asyncio.gather(*rush))
        # Slow pages: whoever waits longer than a second is one of a few, not one of too many.
        slow = [knock(desk, lane=Lane.ORDINARY, work=0.8) for _ in range(10)]
        told = await asyncio.gather(*slow)
        assert all(well for well, _seconds in told)
        assert max(seconds for _well, seconds in told) > 2

    asyncio.run(story())


def test_a_queue_too_long_for_a_rush_is_known_before_anybody_has_waited_for_it() -> None:
    async def story() -> None:
        desk = RequestQueue(2, 60)
        # What a page takes is known by those before.
        for _ in range(30):
            await desk.run(lambda: time.sleep(0.04), lane=Lane.ORDINARY)
        # Two seconds of work at once, and nobody after them: most would wait for longer than a rush lasts.
        told = await asyncio.gather(
            *(knock(desk, lane=Lane.ORDINARY, work=0.04) for _ in range(100)),
        )
        refused = [seconds for well, seconds in told if not well]
        assert len(refused) > 50
        assert sorted(refused)[len(refused) // 2] < 0.5
        assert all(well for well, _seconds in told[:2])

    asyncio.run(story())


def test_in_a_queue_that_stands_one_waits_for_half_a_page() -> None:
    waits = {0.01: 0.04, 0.08: 0.04, 0.15: 0.075, 0.6: 0.3, 5.0: 0.5}
    assert {takes: standing_wait(takes) for takes in waits} == waits


def test_who_came_last_to_a_queue_that_stands_is_served_first_and_to_any_other_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("svet.config.front.desk.SHORTEST_WAIT", 60.0)
    monkeypatch.setattr("svet.config.front.desk.LONGEST_WAIT", 60.0)

    async def served(*, stands: bool, lane: Lane) -> list[int]:
        desk, free, order = RequestQueue(1, 60), threading.Event(), list[int]()
        running: list[asyncio.Task[Any]] = [asyncio.create_task(desk.run(free.wait, lane=lane))]
        await asyncio.sleep(0)
        for number in range(3):
            running.append(asyncio.create_task(desk.run(partial(order.append, number), lane=lane)))
            await asyncio.sleep(0)
        desk._stands = stands
        free.set()
        await asyncio.gather(*running)
        return order

    assert asyncio.run(served(stands=True, lane=Lane.ORDINARY)) == [2, 1, 0]
    assert asyncio.run(served(stands=False, lane=Lane.ORDINARY)) == [0, 1, 2]
    # Whose payment has begun is served in turn, whatever stands beside them.
    assert asyncio.run(served(stands=True, lane=Lane.BEGUN)) == [0, 1, 2]


def test_programs_that_ask_again_and_again_are_served_as_long_as_each_is_served_soon() -> None:
    async def story() -> None:
        desk = RequestQueue(4, 60)
        ends = time.monotonic() + 1.6

        async def program() -> list[tuple[bool, float]]:
            told = []
            while time.monotonic() < ends:
                told.append(await knock(desk, lane=Lane.ORDINARY, work=0.01))
            return told

        # Sixteen on one process of four threads: twelve wait all the time, and nobody for long.
        for told in await asyncio.gather(*(program() for _ in range(16))):
            assert all(well for well, _seconds in told)

    asyncio.run(story())
