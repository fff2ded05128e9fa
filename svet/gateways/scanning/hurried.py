"""A bulkhead before the scanner: pages ask it while somebody waits, and it may hang."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import BinaryIO, Final, TypeVar

from svet.gateways.failures.bulkhead import Bulkhead
from svet.gateways.scanning.clamd import Clamd, ClamdQuestion, seconds_for

T = TypeVar("T")
#: Seconds for its version, which it knows by heart.
QUICK: Final = 2.0


class HurriedScanner:
    """A scanner that few pages ask at once, each in the time its file may take."""

    def __init__(self, clamd: Clamd, *, places: Bulkhead) -> None:
        self._clamd = clamd
        self._places = places

    def look(self, stream: BinaryIO) -> str:
        """See the port."""
        return self._within(lambda question: question.look(stream), patience=seconds_for(stream))

    def signed_on(self) -> date | None:
        """See the port."""
        return self._within(ClamdQuestion.signed_on, patience=QUICK)

    def _within(self, ask: Callable[[ClamdQuestion], T], *, patience: float) -> T:
        question = self._clamd.question(patience=patience)
        return self._places.within(lambda: ask(question), patience=patience, cut=question.cut)
