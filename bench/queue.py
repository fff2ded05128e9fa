"""What the queue before the threads does with three times what they can serve, by pages that only sleep.

    python -m bench.queue [SECONDS]      10 by default

Pages that sleep take no processor, so that other work on the machine hardly counts; see bench/README.md.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time

from bench.figures import machine, percentile
from svet.config.front.desk import Crowded, Lane, RequestQueue

THREADS, PAGE, PATIENCE = 4, 0.04, 5.0
#: One request of so many is of a payment that has begun.
BEGUN = 20
#: Seconds after which a queue that can stand does: those before wait as in a rush and are told apart.
SETTLES = 1.2
COLUMNS = ("served before it stood", "served", "refused", "begun", "begun and refused")


async def flood(desk: RequestQueue, *, times: float, seconds: float) -> dict[str, list[float]]:
    """Milliseconds until each was told, by what it was told, at so many times what the threads can serve."""
    told: dict[str, list[float]] = {name: [] for name in COLUMNS}

    async def knock(lane: Lane, came: float) -> None:
        began, name = time.monotonic(), "begun" if lane is Lane.BEGUN else "served"
        if came < SETTLES and lane is Lane.ORDINARY:
            name = "served before it stood"
        try:
            await desk.run(lambda: time.sleep(PAGE), lane=lane)
        except Crowded:
            name = "begun and refused" if lane is Lane.BEGUN else "refused"
        told[name].append((time.monotonic() - began) * 1000)

    chance, tasks, moment = random.Random(3), list[asyncio.Task[None]](), time.monotonic()
    ends = moment + seconds
    while moment < ends:
        moment += chance.expovariate(times * THREADS / PAGE)
        await asyncio.sleep(max(0.0, moment - time.monotonic()))
        lane = Lane.BEGUN if len(tasks) % BEGUN == 0 else Lane.ORDINARY
        tasks.append(asyncio.create_task(knock(lane, moment - ends + seconds)))
    await asyncio.gather(*tasks)
    return told


def line(name: str, told: dict[str, list[float]]) -> str:
    """A row: how many of each, and the p95 and the longest of their milliseconds."""
    cells = [
        f"{len(times)}: {percentile(times, 0.95):.0f}, {max(times):.0f}" if times else "0"
        for times in told.values()
    ]
    return f"| {name} | " + " | ".join(cells) + " |"


def main() -> int:
    """Print the table; fails when a begun payment does, a refusal takes a second or a page twice as long."""
    seconds, before = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0, machine()
    print(f"| load | {' | '.join(COLUMNS)} |\n|---|{'---|' * len(COLUMNS)}")
    desk = RequestQueue(THREADS, PATIENCE)
    found = []
    for times in (0.5, 3.0, 0.5):
        found.append(asyncio.run(flood(desk, times=times, seconds=seconds)))
        print(line(f"{times:g} of what can be served", found[-1]), flush=True)
    print(f"\n{before}")
    usual, much, _again = found
    return int(
        max(much["refused"], default=0) > 1000
        or percentile(much["served"], 0.95) > 2 * percentile(usual["served"], 0.95)
        or bool(much["begun and refused"])
    )


if __name__ == "__main__":
    sys.exit(main())
