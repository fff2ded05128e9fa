"""A bulkhead: of all the threads that serve pages only a few may wait for one service of the outer world."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import Any, TypeVar

from svet.gateways.failures import Temporary

T = TypeVar("T")


class Bulkhead:
    """So many ``places`` for calls of one service; one waits ``queue`` seconds for a place.

    A call that is given up goes on holding its place until it ends; meanwhile nobody waits for a place.
    """

    def __init__(self, name: str, *, places: int, queue: float = 0) -> None:
        self._name = name
        self._queue = queue
        self._width = places
        self._open()

    def _open(self) -> None:
        # A forked process inherits the pool without its threads: it opens one of its own.
        self._process = os.getpid()
        self._given_up: set[Future[Any]] = set()
        self._places = BoundedSemaphore(self._width)
        self._callers = ThreadPoolExecutor(self._width, thread_name_prefix=self._name)

    def within(self, call: Callable[[], T], *, patience: float, cut: Callable[[], None] = lambda: None) -> T:
        """Do the call in ``patience`` seconds altogether, however the service spreads its answer.

        ``cut`` breaks a call that is given up, so that its place is free soon.

        :raises Temporary: ``crowded``, no place is free; ``slow``, the time is over
        """
        if self._process != os.getpid():
            self._open()
        if not self._places.acquire(timeout=0 if self._given_up else self._queue):
            raise Temporary(f"{self._name}: enough others are asking", code="crowded")
        asked = self._callers.submit(call)
        asked.add_done_callback(self._ended)
        try:
            return asked.result(timeout=patience)
        except TimeoutError:
            if asked.done():
                raise
            self._given_up.add(asked)
            cut()
            if asked.done():
                self._given_up.discard(asked)
            raise Temporary(f"{self._name}: took too long", code="slow") from None

    def _ended(self, asked: Future[Any]) -> None:
        self._given_up.discard(asked)
        self._places.release()
