"""From the bank's yes to «credited», in a running demo: with a callback, and where none ever comes.

    python -m bench.credited [PAYMENTS]     5 of each kind by default, begun some seconds after each other

A demo of its own is started: pages, worker, and the sandbox bank behind HTTP. Each payment is begun as
«Оплатить» does it, its card is typed on the bank's page, and the moment in which the ledger has the money is
asked for ten times a second. Who pays comes back to no page, so that only the bank and the clock decide.
Goals: two seconds with a callback, sixty without.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg

from bench.figures import machine

PAYMENTS = 5
GOOD, SILENT = "2202474301322987", "2200000000000079"
GOALS = {GOOD: 2.0, SILENT: 60.0}
TITLES = {GOOD: "with a callback", SILENT: "without a callback"}
#: So long is waited for a payment before the run has failed.
PATIENCE = 200


@contextmanager
def demo() -> Iterator[Path]:
    """A demo with its town; its folder."""
    with tempfile.TemporaryDirectory(prefix="svet-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        hidden = ("SVET_", "DJANGO_")
        environment = {key: value for key, value in os.environ.items() if not key.startswith(hidden)}
        data = folder / "data"
        with (folder / "demo.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "svet", "demo", "--port", str(port), "--data", str(data)],
                env=environment | {"SVET_TOWN_ACCOUNTS": "60"}, stdout=log, stderr=log,
            )  # fmt: skip
            try:
                _wait(port, process, folder / "demo.log")
                os.environ |= {"SVET_ACQUIRING_URL": _bank(data)}
                yield data
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(30)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 400
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/ready/", trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"the demo does not start: {log.read_text('utf-8', 'replace')[-800:]}")


def _bank(data: Path) -> str:
    """The address of its bank that the demo has given to its pages and worker."""
    for file in Path("/proc").glob("[0-9]*/environ"):
        try:
            words = file.read_bytes().decode("utf-8", "replace").split("\0")
        except OSError:
            continue
        given = dict(word.partition("=")[::2] for word in words)
        if given.get("SVET_DATA") == str(data) and "SVET_ACQUIRING_URL" in given:
            return given["SVET_ACQUIRING_URL"]
    raise RuntimeError("the demo has no bank")


class Payer:
    """Begins payments in this process, by the settings of the demo, and types cards at its bank."""

    def __init__(self, data: Path) -> None:
        url = (data / "run" / "database.url").read_text("utf-8").strip()
        os.environ |= {"DJANGO_SETTINGS_MODULE": "svet.config.settings", "SVET_DATA": str(data)}
        os.environ.pop("SVET_ENV", None)
        import django

        django.setup()
        self._asks = psycopg.connect(url, autocommit=True)
        self._browser = httpx.Client(timeout=30, trust_env=False)
        self._yes: dict[str, tuple[str, float]] = {}
        self.lags: dict[str, list[float]] = {GOOD: [], SILENT: []}
        self._links = self._cabinets()

    def _cabinets(self) -> list[tuple[int, str]]:
        """Who holds which account; the town comes after the pages."""
        from svet.accounts.models import Link

        links = Link.objects.standing().filter(can_pay=True, confirmed_at__isnull=False)
        until = time.monotonic() + 400
        while time.monotonic() < until:
            if found := list(links.values_list("person_id", "account__public_id")):
                return found
            time.sleep(1)
        raise RuntimeError("the town of the demo has no cabinets")

    def pay(self, card: str) -> None:
        """Begin a payment and type the card; the bank says yes within this call."""
        from django.utils import timezone

        from svet.kernel.actors import Actor
        from svet.kernel.money import Money
        from svet.payments import operations

        person_id, account = random.choice(self._links)
        begun = operations.begin_payment(
            by=Actor.person(person_id),
            wanted=operations.OrderRequest(
                lines=[(account, Money(123_45))],
                key=uuid4(),
                expected_total=Money(123_45),
                return_url_base="http://localhost",
                receipt_email="bench@example.ru",
            ),
            now=timezone.now(),
        )
        time.sleep(random.uniform(0, 3))
        self._browser.post(begun.bank_page_url, data={"number": card, "expiry": "12/30", "csc": "123"})
        self._yes[begun.public_id] = (card, time.monotonic())

    def look(self) -> None:
        """Note those whose money stands now."""
        rows = self._asks.execute(
            "SELECT public_id FROM payments_order WHERE state = 'credited' AND public_id = ANY(%s)",
            [list(self._yes)],
        ).fetchall()
        for (public_id,) in rows:
            card, yes = self._yes.pop(public_id)
            self.lags[card].append(time.monotonic() - yes)

    def wait(self, seconds: float) -> None:
        """Look ten times a second, until nothing is awaited any more or so long."""
        until = time.monotonic() + seconds
        while self._yes and time.monotonic() < until:
            self.look()
            time.sleep(0.1)


def report(lags: dict[str, list[float]], payments: int) -> tuple[Sequence[str], bool]:
    """Lines, and whether a goal was missed."""
    lines, missed = [], False
    for card, goal in GOALS.items():
        found = sorted(lags[card])
        late = len(found) < payments or found[-1] > goal
        missed |= late
        middle = f"{found[len(found) // 2]:6.2f} s, longest {found[-1]:6.2f} s" if found else "never"
        lines.append(
            f"{TITLES[card]:<20}{len(found)} of {payments} credited, median {middle}, goal {goal:.0f} s"
            f"{', MISSED' if late else ''}"
        )
    return lines, missed


def main(arguments: list[str]) -> int:
    """Measure and print; fails when a payment is later than its goal or never comes."""
    payments = int(arguments[0]) if arguments else PAYMENTS
    before = machine()
    with demo() as data:
        payer = Payer(data)
        for _ in range(payments):
            for card in GOALS:
                payer.pay(card)
                payer.wait(random.uniform(2, 6))
        payer.wait(PATIENCE)
    lines, missed = report(payer.lags, payments)
    print("\n".join([*lines, before]))
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
