"""Where the CPU of one submission goes, layer by layer: of the web process, and of PostgreSQL by statement.

    python -m bench.layers [ACTS]       100 acts in a turn by default

Two parts. Over HTTP, what a request costs for which nothing is done: answered by the event loop
(``/health/``), and through thread and middlewares (``/robots.txt``). Then, in one process without HTTP, whole
submissions whose layers are measured from within: each has the time of its thread that is in no layer below
it, so that they add up to the whole. See bench/README.md.
"""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.client import STEP, Order
from bench.figures import machine
from bench.requests import REQUESTS, Places
from bench.stack import Stack, running

METERS = 2_000
#: Of so many turns the one that cost least is told: neighbours only add.
TURNS = 4
EXPECTED = {"api": 201, "form": 200}
OUTSIDE = (("nothing", "answered by the loop"), ("hardly anything", "through thread and middlewares"))
now = time.thread_time_ns


@dataclass
class Layers:
    """CPU of this thread by layer, each without those below it."""

    spent: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    calls: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    above: list[str] = field(default_factory=list)
    since: int = 0

    def measured(self, layer: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, of whose time this keeps the books."""

        @functools.wraps(work)
        def noted(*arguments: Any, **named: Any) -> Any:
            self._turn(layer)
            try:
                return work(*arguments, **named)
            finally:
                self._turn(None)

        return noted

    def _turn(self, into: str | None) -> None:
        moment = now()
        if self.above:
            self.spent[self.above[-1]] += moment - self.since
        if into is None:
            self.above.pop()
        else:
            self.calls[into] += 1
            self.above.append(into)
        self.since = now()

    def within(self, owner: Any, name: str, layer: str) -> None:
        """Measure a method or a function of a module in its place."""
        setattr(owner, name, self.measured(layer, getattr(owner, name)))

    def everywhere(self, work: Callable[..., Any], layer: str) -> None:
        """Measure a function under whatever name modules have imported it."""
        noted = self.measured(layer, work)
        for module in list(sys.modules.values()):
            for name, value in list(getattr(module, "__dict__", {}).items()):
                if value is work:
                    setattr(module, name, noted)


def lay(layers: Layers) -> None:
    """Measure what a submission goes through."""
    import logging

    import django.core.handlers.base as handlers
    import django.core.handlers.wsgi as wsgi
    import ninja.operation
    import psycopg
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.transaction import Atomic
    from django.template.base import Template
    from django.urls.resolvers import URLResolver
    from psycopg_pool import ConnectionPool

    from svet.api.shell import idempotency, identity
    from svet.journal import operations as journal
    from svet.kernel import frozen
    from svet.kernel.transactions import asking
    from svet.limits.operations import spending
    from svet.metering.operations import keeping, submitting, telling
    from svet.metering.queries import judging, meters
    from svet.notices.operations import telling as notices

    for owner, name, layer in (
        (wsgi.WSGIHandler, "__call__", "request and handler of Django"),
        (wsgi.WSGIRequest, "__init__", "request and handler of Django"),
        (handlers.BaseHandler, "get_response", "middlewares"),
        (handlers.BaseHandler, "_get_response", "the view, session and person, form"),
        (logging.Handler, "handle", "line of log"),
        (URLResolver, "resolve", "address"),
        (ninja.operation.Operation, "run", "ninja"),
        (ninja.operation.Operation, "_get_values", "body read and judged"),
        (ninja.operation.Operation, "_result_to_response", "answer written"),
        (identity.TokenAuth, "authenticate", "key"),
        (Template, "render", "templates"),
        (psycopg.Connection, "wait", "libpq: sent, waited, received"),
        (psycopg.Cursor, "execute", "driver: values, plans, results"),
        (psycopg.Cursor, "fetchall", "driver: values, plans, results"),
        (ConnectionPool, "getconn", "pool"),
        (ConnectionPool, "putconn", "pool"),
        (BaseDatabaseWrapper, "connect", "pool"),
        (BaseDatabaseWrapper, "close_if_unusable_or_obsolete", "pool"),
        (Atomic, "__enter__", "BEGIN and COMMIT, Django's part"),
        (Atomic, "__exit__", "BEGIN and COMMIT, Django's part"),
        (frozen.Frozen, "statement", "frozen queries: values and rows"),
        (frozen.Frozen, "all", "frozen queries: values and rows"),
    ):
        layers.within(owner, name, layer)
    for work, layer in (
        (asking.ask, "asking: Django's guards and wrappers"),
        (idempotency.once_inside, "call under its key"),
        (spending.spend, "limits"),
        (submitting.submit_readings, "submitting: rules and order"),
        (judging.facts_of_set, "facts of the meter"),
        (meters.meter_view, "values of the meter's row"),
        (keeping.keep_sets, "rows of the set"),
        (journal.record, "journal"),
        (telling.tell_accepted, "words of the notice"),
        (notices.notify_many, "notices"),
    ):
        layers.everywhere(work, layer)


class Requests:
    """Submissions in this process, one after another, through the bridge that granian's workers use."""

    def __init__(self, places: Places, application: Any, first: int = 0) -> None:
        self.places, self.next, self.application = places, first, application

    def send(self, kind: str) -> None:
        """One more. :raises RuntimeError: it was refused"""
        from svet.config.front.bridge import answer_of, environ_of

        number, turn = self.next * STEP % self.places.meters + 1, self.next // self.places.meters
        self.next += 1
        told, _, body = REQUESTS[kind](self.places, number, turn).partition(b"\r\n\r\n")
        answer = answer_of(self.application, environ_of(_Head(told), body))
        if answer.status != EXPECTED[kind]:
            raise RuntimeError(f"{kind}: {answer.status} {answer.body[:300]!r}")


class _Head:
    """The head of a request, as granian has it."""

    client, server, scheme, http_version, query_string = "127.0.0.1:0", "127.0.0.1:80", "http", "1.1", ""

    def __init__(self, told: bytes) -> None:
        first, *lines = told.decode().split("\r\n")
        self.method, self.path, _version = first.split(" ")
        self.headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}


def inside(places: Places, acts: int) -> dict[str, Any]:
    """Both kinds: layers of the process, and what the server spent by statement; microseconds an act."""
    from django.core.handlers.wsgi import WSGIHandler

    from svet.config.wsgi import application

    requests = Requests(places, application)
    found: dict[str, Any] = {}
    for kind in EXPECTED:
        for _ in range(40):
            requests.send(kind)
        begins = now()
        for _ in range(acts):
            requests.send(kind)
        found[kind] = {"bare": (now() - begins) / acts / 1000, "server": _by_statement(requests, kind, acts)}
    layers = Layers()
    lay(layers)
    # A chain of middlewares holds what it leads to: the measured one is made anew.
    requests = Requests(places, WSGIHandler(), requests.next)
    for kind in EXPECTED:
        turns = []
        for _ in range(10):
            requests.send(kind)
        for _ in range(TURNS):
            layers.spent.clear()
            layers.calls.clear()
            for _ in range(acts):
                layers.measured("bridge", requests.send)(kind)
            turns.append((sum(layers.spent.values()), dict(layers.spent), dict(layers.calls)))
        _whole, spent, calls = min(turns, key=lambda turn: turn[0])
        found[kind]["layers"] = {
            name: (value / acts / 1000, calls[name] / acts) for name, value in spent.items()
        }
    return found


def _by_statement(requests: Requests, kind: str, acts: int) -> dict[str, float]:
    """What the process of the server spends, statement by statement, in microseconds an act."""
    import psycopg

    spent: defaultdict[str, float] = defaultdict(float)
    wait, execute = psycopg.Connection.wait, psycopg.Cursor.execute
    asked = ["COMMIT"]

    def used(pid: int) -> int:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])

    def waited(self: Any, *arguments: Any, **named: Any) -> Any:
        before = used(self.pgconn.backend_pid)
        try:
            return wait(self, *arguments, **named)
        finally:
            time.sleep(0.0005)  # it ends what it does behind its answer
            spent[asked[0]] += (used(self.pgconn.backend_pid) - before) / acts / 1000

    def executed(self: Any, query: Any, *arguments: Any, **named: Any) -> Any:
        text = query.decode() if isinstance(query, bytes) else str(query)
        asked[0] = " ".join(text.split())
        try:
            return execute(self, query, *arguments, **named)
        finally:
            asked[0] = "COMMIT"

    psycopg.Connection.wait, psycopg.Cursor.execute = waited, executed  # type: ignore[method-assign]
    try:
        for _ in range(acts):
            requests.send(kind)
    finally:
        psycopg.Connection.wait, psycopg.Cursor.execute = wait, execute  # type: ignore[method-assign]
    return dict(spent)


def outside(stack: Stack, places: Places) -> list[tuple[str, float]]:
    """What server, loop, threads and middlewares cost over HTTP: microseconds of web CPU a request."""
    found = []
    for kind, title in OUTSIDE:
        order = Order(
            port=stack.port, kind=kind, places=places, connections=4, warm=1, seconds=4, first=0, expect=200
        )
        before = stack.cpu()[0]
        result = stack.load(order)
        found.append((title, (stack.cpu()[0] - before) / max(result.sent, 1) * 1_000_000))
    return found


def told(kind: str, found: dict[str, Any]) -> str:
    """The two tables of a kind."""
    lines = [f"\n{kind}: {found['bare']:,.0f} µs of the process when nobody measures within"]
    layers = sorted(found["layers"].items(), key=lambda each: -each[1][0])
    lines += [f"{spent:8,.0f}  {calls:5.1f}  {name}" for name, (spent, calls) in layers]
    lines.append(f"{sum(spent for _, (spent, _) in layers):8,.0f}         together, with the measuring")
    server = sorted(found["server"].items(), key=lambda each: -each[1])
    lines.append(f"PostgreSQL: {sum(found['server'].values()):,.0f} µs")
    lines += [f"{spent:8,.0f}  {shortened(text)}" for text, spent in server if spent >= 1]
    return "\n".join(lines)


def shortened(text: str) -> str:
    """A statement as its verb and tables."""
    words = re.sub(r'["()]', " ", text).split()
    tables = [
        words[place + 1]
        for place, word in enumerate(words[:-1])
        if word in ("FROM", "INTO", "JOIN", "UPDATE")
    ]
    return f"{words[0] if words else 'nothing'} {', '.join(dict.fromkeys(t for t in tables if '_' in t))}"


def main(arguments: list[str]) -> int:
    """Start an installation, measure, print."""
    if arguments[:1] == ["--inside"]:
        given = json.loads(sys.stdin.read())
        print(json.dumps(inside(Places(**given["places"]), given["acts"])))
        return 0
    acts = int(arguments[0]) if arguments else 100
    before = machine()
    with running(meters=METERS) as stack:
        places = Places(METERS, stack.begins["metering_meter"], stack.begins["people_person"])
        for title, spent in outside(stack, places):
            print(f"{spent:8,.0f}  over HTTP, {title}")
        done = subprocess.run(
            [sys.executable, "-m", "bench.layers", "--inside"],
            input=json.dumps({"places": asdict(places), "acts": acts}),
            env={**stack.environment, "SVET_DATABASE_POOL": "4"},
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True,
        )  # fmt: skip
    for kind, found in json.loads(done.stdout.splitlines()[-1]).items():
        print(told(kind, found))
    print(before)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
