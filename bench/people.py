"""The entrance under load: sign-ins and registrations a second, a page meanwhile, and two classes of phones.

``python -m bench.people [SECONDS]``. Against bare Argon2 checks on the same cores in the same run: what is
left is the price of the page, the limits, the journal and the session.
"""

from __future__ import annotations

import http.client
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from statistics import median
from typing import Final
from urllib.parse import urlencode

from argon2 import PasswordHasher

from bench.figures import Row, machine, percentile, table
from bench.requests import CSRF
from bench.stack import Stack, running

PASSWORD: Final = "Kx7#mVq2p"
#: The cost of svet/people/models/hashing.py.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_CONNECTIONS: Final = 4
_PAIRS: Final = 100


@dataclass(slots=True)
class Taken:
    """What a closed loop of connections got done."""

    seconds: float = 0.0
    milliseconds: list[float] = field(default_factory=list)
    errors: int = 0

    @property
    def pace(self) -> float:
        return len(self.milliseconds) / self.seconds if self.seconds else 0.0

    def row(self, title: str, *, bare: float | None = None) -> Row:
        times = self.milliseconds or [0.0]
        return Row(
            title,
            pace=self.pace,
            bare=bare,
            p50=percentile(times, 0.5),
            p95=percentile(times, 0.95),
            errors=self.errors,
        )


class Browser:
    """One keep-alive connection that posts forms as a browser without a session does."""

    def __init__(self, port: int) -> None:
        self._wire = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def post(self, path: str, **typed: str) -> int:
        """Send a form; says the status."""
        body = urlencode({"csrfmiddlewaretoken": CSRF, **typed})
        headers = {"Cookie": f"svet-csrf={CSRF}", "Content-Type": "application/x-www-form-urlencoded"}
        self._wire.request("POST", path, body, headers)
        return self._status()

    def get(self, path: str) -> int:
        """Read a page; says the status."""
        self._wire.request("GET", path)
        return self._status()

    def _status(self) -> int:
        answer = self._wire.getresponse()
        answer.read()
        return answer.status


def loop(port: int, *, seconds: float, ask: Callable[[Browser], int], good: int, connections: int) -> Taken:
    """Ask again as soon as one is answered, over so many connections."""
    taken = Taken(seconds=seconds)
    until = time.monotonic() + seconds

    def one(_: int) -> None:
        browser = Browser(port)
        while time.monotonic() < until:
            begun = time.monotonic()
            status = ask(browser)
            if status == good:
                taken.milliseconds.append((time.monotonic() - begun) * 1000)
            else:
                taken.errors += 1

    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(one, range(connections)))
    return taken


def bare_checks(seconds: float) -> float:
    """Argon2 checks a second on every core and nothing else."""
    encoded = _HASHER.hash(PASSWORD)
    cores = os.cpu_count() or 1
    until = time.monotonic() + seconds

    def one(_: int) -> int:
        done = 0
        while time.monotonic() < until:
            _HASHER.verify(encoded, PASSWORD)
            done += 1
        return done

    with ThreadPoolExecutor(cores) as pool:
        return sum(pool.map(one, range(cores))) / seconds


def two_classes(port: int, known: Sequence[str]) -> tuple[list[float], list[float]]:
    """Milliseconds of refused sign-ins by known and by unknown phones, in turn, one at a time."""
    browser = Browser(port)
    found: tuple[list[float], list[float]] = ([], [])
    for number in range(_PAIRS):
        for place, phone in enumerate((known[number % len(known)], f"+7999{number:07d}")):
            begun = time.monotonic()
            browser.post("/entrance/sign-in/", phone=phone, password="Wrong#4tZq")
            found[place].append((time.monotonic() - begun) * 1000)
    return found


def measure(*, seconds: float) -> list[Row]:
    """The whole table."""
    with running(meters=400) as stack:
        phones = _people(stack)
        bare = bare_checks(seconds)
        turn, fresh = count(), count(1)

        def sign_in(browser: Browser) -> int:
            phone = phones[next(turn) % len(phones)]
            return browser.post("/entrance/sign-in/", phone=phone, password=PASSWORD)

        def register(browser: Browser) -> int:
            phone = f"+7988{next(fresh):07d}"
            terms = {"agreed": "on", "consented": "on", "password": PASSWORD}
            return browser.post("/entrance/register/", phone=phone, **terms)

        loop(stack.port, seconds=1, ask=sign_in, good=302, connections=_CONNECTIONS)  # warm
        terms = {"seconds": seconds, "connections": _CONNECTIONS}
        signed = loop(stack.port, ask=sign_in, good=302, **terms)  # type: ignore[arg-type]
        registered = loop(stack.port, ask=register, good=302, **terms)  # type: ignore[arg-type]
        page = loop(stack.port, seconds=seconds, ask=lambda b: b.get("/entrance/"), good=200, connections=1)
        known, unknown = two_classes(stack.port, phones)
        cores = os.cpu_count() or 1
        return [
            signed.row("sign-ins", bare=bare),
            Row("sign-ins per core", pace=signed.pace / cores, bare=bare / cores),
            registered.row("registrations", bare=bare),
            page.row("page of the entrance"),
            Row("wrong sign-in, known phone", p50=median(known), p95=percentile(known, 0.95)),
            Row("wrong sign-in, unknown phone", p50=median(unknown), p95=percentile(unknown, 0.95)),
        ]


def _people(stack: Stack) -> list[str]:
    """Give the town's people a password; says their phones."""
    stack.ask("UPDATE people_person SET password = %s", "argon2" + _HASHER.hash(PASSWORD))
    rows = stack.ask("SELECT phone FROM people_person WHERE is_active AND NOT is_staff ORDER BY id LIMIT 100")
    return [str(phone) for (phone,) in rows]


def main() -> int:
    """Print the table; fails when something was answered wrongly."""
    before = machine()
    rows = measure(seconds=float(sys.argv[1]) if len(sys.argv) > 1 else 8.0)
    sys.stdout.write(f"{table(rows)}\n\n{before}\n")
    return 1 if any(row.errors for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
