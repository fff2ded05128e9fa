"""Bodies of requests, read on the event loop: with a least pace, a greatest length and a common purse."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

#: Seconds a body may take beside what its length grants it: a slow network's first packets.
GRACE: Final = 10.0
#: Bytes a second, on the whole, below which nobody honest sends.
PACE: Final = 1_000
#: A form with the most photos it may carry, each as large as may be.
LONGEST: Final = 64 * 1024 * 1024
#: Bytes of unfinished and waiting bodies one process holds at most. They never touch the disk.
PURSE: Final = 192 * 1024 * 1024


class Fault(Enum):
    """Why a body was not read to its end."""

    CUT = 400
    SLOW = 408
    LONG = 413
    FULL = 503


class BodyRefused(Exception):
    """The body is not read further. :ivar fault: why"""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.name)
        self.fault = fault


@dataclass(slots=True)
class Purse:
    """What the bodies of this process may hold together; only the event loop touches it."""

    left: int = PURSE

    def take(self, count: int) -> None:
        """:raises BodyRefused: nothing is left"""
        if count > self.left:
            raise BodyRefused(Fault.FULL)
        self.left -= count

    def give_back(self, count: int) -> None:
        self.left += count


async def read_body(
    chunks: AsyncIterator[bytes], *, purse: Purse, promised: int | None = None, longest: int = LONGEST
) -> bytes:
    """The whole body. Its bytes are out of the purse until the caller gives them back.

    ``promised`` is how many bytes its head told of, None for a body in chunks. Half a body is no body: what
    would be done with the first half of a form, or of a number, is nothing that anybody has asked for.

    :raises BodyRefused: cut, too slow, too long, or too many at once; then nothing is out of the purse
    """
    parts = bytearray()
    held = ends = 0
    clock = asyncio.get_running_loop().time
    deadline = clock() + GRACE
    try:
        async with asyncio.timeout_at(deadline) as limit:
            async for part in chunks:
                purse.take(len(part))
                held += len(part)
                if held > longest:
                    raise BodyRefused(Fault.LONG)
                parts += part
                # granian tells of the end by an empty part, and of an end that came too early by one more
                # (of trailers, too, which nobody sends us).
                ends = 0 if part else ends + 1
                # What came fast buys no silence: nobody may stop in the middle for longer than the grace.
                deadline = min(deadline + len(part) / PACE, clock() + GRACE)
                limit.reschedule(deadline)
        if held != promised if promised is not None else ends > 1:
            raise BodyRefused(Fault.CUT)
        return bytes(parts)
    except TimeoutError:
        purse.give_back(held)
        raise BodyRefused(Fault.SLOW) from None
    except BaseException:
        purse.give_back(held)
        raise
