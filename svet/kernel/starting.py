"""A program that starts reads three thousand modules and leaves no garbage; Python looks for it all the same.

Each full look goes through all that was read so far, again and again while it grows: a fifth of a start.
So nobody looks until everything is read, and what was read then is not looked through any more: it stays to
the end (docs/adr/0221-what-a-start-and-a-test-pay-for.md).
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def begin() -> None:
    """Look for no garbage until ``begun``. Settings say it: they are read before all else."""
    gc.disable()


def begun() -> None:
    """What is there stays; from now on look for garbage among what comes. It may be said more than once."""
    gc.freeze()
    gc.enable()


@contextmanager
def unlooked() -> Iterator[None]:
    """Look for no garbage while many plain values are made: they go when nobody has them any more.

    Each look would go through all of them; for a batch of bills that is a fifth of its time.
    """
    looking = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looking:
            gc.enable()
