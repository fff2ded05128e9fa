"""Faults of the bank by order: of its API at an address, and of what it tells the shop.

- ``lose``: does what it is asked, and the answer breaks off
- ``say``: does nothing and says ``text`` with 200 · ``fail``: 500 without doing anything
- ``slow``: does what it is asked and answers, drop by drop, over ``seconds``
- ``sum``: does what it is asked and tells a rouble more than it took, was to take or gave back
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from svet.sandbox.world.bank import Bank

KINDS: Final = frozenset({"lose", "say", "fail", "slow", "sum"})
#: A sum of an answer: roubles as text (YooKassa), kopecks as a number (T-Bank, Sber).
_ROUBLES: Final = re.compile(rb'("value": ?")([0-9]+)(\.[0-9]{2}")')
_KOPECKS: Final = re.compile(rb'("(?:Amount|amount|depositedAmount|approvedAmount)": ?)([0-9]+)')
_DROPS: Final = 20


@dataclass(frozen=True, slots=True)
class BankFault:
    """What happens to the next ``times`` calls of an address that begins with ``path``."""

    kind: str
    path: str
    times: int = 1
    text: str = ""
    seconds: float = 0.0


class Faulty:
    """An application whose calls go wrong when that was ordered."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._lock = threading.Lock()
        self._ordered: list[BankFault] = []

    def order(self, fault: BankFault) -> str:
        """Order a fault; says why not, or nothing."""
        if fault.kind not in KINDS or not fault.path.startswith("/") or not 1 <= fault.times <= 1000:
            return "a kind (lose, say, fail, slow, sum), a path and how many times are needed"
        with self._lock:
            self._ordered.append(fault)
        return ""

    def calm(self) -> None:
        """Take every order back."""
        with self._lock:
            self._ordered.clear()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        fault = self._next(str(environ.get("PATH_INFO", "")))
        if fault is None:
            return self._application(environ, start_response)
        if fault.kind == "fail":
            start_response("500 Internal Server Error", [("Content-Type", "text/html")])
            return [b"<h1>Internal error</h1>"]
        if fault.kind == "say":
            start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
            return [fault.text.encode()]
        answer: dict[str, Any] = {}

        def keep(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            answer.update(status=status, headers=headers)
            return lambda data: None

        body = b"".join(self._application(environ, keep))
        if fault.kind == "lose":
            # As many bytes are promised as there would have been, and the line breaks off before they come.
            start_response(answer["status"], [("Content-Length", str(len(body) or 1))])
            return []
        if fault.kind == "sum":
            body = _a_rouble_more(body)
            headers = [pair for pair in answer["headers"] if pair[0].lower() != "content-length"]
            start_response(answer["status"], [*headers, ("Content-Length", str(len(body)))])
            return [body]
        start_response(answer["status"], answer["headers"])
        return _drip(body, fault.seconds)

    def _next(self, path: str) -> BankFault | None:
        with self._lock:
            for place, fault in enumerate(self._ordered):
                if path.startswith(fault.path):
                    rest = replace(fault, times=fault.times - 1)
                    self._ordered[place : place + 1] = [rest] if rest.times else []
                    return fault
        return None


def _a_rouble_more(body: bytes) -> bytes:
    body = _ROUBLES.sub(lambda found: b"%s%d%s" % (found[1], int(found[2]) + 1, found[3]), body)
    return _KOPECKS.sub(lambda found: b"%s%d" % (found[1], int(found[2]) + 100), body)


def _drip(body: bytes, seconds: float) -> Iterator[bytes]:
    size = max(1, len(body) // _DROPS)
    for start in range(0, len(body), size):
        time.sleep(seconds / _DROPS)
        yield body[start : start + size]


def troubles_of(bank: Bank, faulty: Faulty) -> dict[str, Callable[[Mapping[str, str]], str]]:
    """What can be ordered over the control pages, by name; each says why not, or nothing."""

    def fault(typed: Mapping[str, str]) -> str:
        try:
            times, seconds = int(typed.get("times") or 1), float(typed.get("seconds") or 0)
        except ValueError:
            return "times and seconds are numbers"
        return faulty.order(
            BankFault(typed.get("kind", ""), typed.get("path", ""), times, typed.get("text", ""), seconds)
        )

    def callbacks(typed: Mapping[str, str]) -> str:
        try:
            lost, copies = int(typed.get("lost") or 0), int(typed.get("copies") or 1)
            late, swapped = float(typed.get("late") or 0), int(typed.get("swapped") or 0)
        except ValueError:
            return "lost, copies, late and swapped are numbers"
        if not (0 <= lost <= 1000 and 1 <= copies <= 100 and 0 <= late <= 3600 and 0 <= swapped <= 1000):
            return "lost and swapped up to 1000, copies 1 to 100, late up to an hour"
        bank.webhooks.lost, bank.webhooks.copies, bank.webhooks.late = lost, copies, late
        bank.webhooks.swapped = swapped
        return ""

    def calm(typed: Mapping[str, str]) -> str:
        faulty.calm()
        return callbacks({})

    return {
        "fault": fault,
        "callbacks": callbacks,
        "calm": calm,
        "twice": lambda typed: bank.pay_twice(typed.get("payment", "")),
    }
