"""One run: the town, the bank behind its line, the clock, and the points at which we die."""

from __future__ import annotations

import json
import os
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone

from svet.accounts.models import Account
from svet.exchange.operations import FileReport, take_file
from svet.gateways.acquiring import wire
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.refusals import Refused
from svet.launcher.postgres import Server
from svet.limits.models import Bucket
from svet.payments import operations
from svet.payments.models import BankSilence, Order
from svet.payments.tests.factories import BASE
from svet.people.models import Person
from tests.bank import BROWSER, RunningBank, running_bank
from tests.chaos.database import own_database
from tests.chaos.line import Fault, Line, Postbox
from tests.chaos.town import Town, make_town
from tests.jobs import run_jobs
from tests.kills import killed_at

GOOD, SILENT, DECLINED = "2202474301322987", "2200000000000079", "5555555555554626"
#: Taken once on the page; whoever charges it later is told that its permission was revoked.
REVOKED = "2200000000000087"
#: Where the bank's messages come from, and where nobody of the bank is.
BANK_ADDRESS, STRANGER = "127.0.0.1", "203.0.113.7"
#: The shops at two other banks that stand in for the first: T-Bank's and Sber's.
SECOND, THIRD = "second", "third"
#: By the shop's name at its bank what it writes of the order's number: Sber's has the number of the try too.
OTHERS = {"SVETDEMO": "order_id", "svetdemo-api": "order_number"}
#: One act in so many is begun by a process that dies.
DIES = 6
#: Statements within which it dies: about as many as the longest act has.
LAST_POINT = 45


def quietly(act: Callable[[], object]) -> Callable[[], None]:
    """The act, for somebody who tries again when the bank is silent or the act is refused."""

    def tried() -> None:
        with suppress(operations.BankUnavailable, Refused):
            act()

    return tried


@dataclass
class Play:
    """What the lives act with; ``random`` alone decides what happens."""

    seed: int
    town: Town
    bank: RunningBank
    database: Server
    line: Line
    box: Postbox
    random: random.Random
    kills: int = 0
    orders: int = 0
    altered: dict[str, int] = field(default_factory=dict)
    numbers: int = 0

    @property
    def now(self) -> datetime:
        return timezone.now()

    def account(self) -> Account:
        return self.random.choice(self.town.accounts)

    def sum(self) -> int:
        return self.random.randint(10_00, 900_00)

    def number(self) -> str:
        """A number that no other register row of this run has."""
        self.numbers += 1
        return f"{self.seed}-{self.numbers}"

    def may_die(self, act: Callable[[], object]) -> None:
        """Sometimes a process that begins the act is killed at some statement; then it is done anew."""
        if self.random.randrange(DIES) == 0:
            self.dies(act, at=self.random.randint(1, LAST_POINT))
        quietly(act)()

    def dies(self, act: Callable[[], object], *, at: int) -> bool:
        """Begin the act in a process that is killed at this statement; False when it got through."""
        killed = killed_at(at, quietly(act), every=True)
        self.kills += killed
        return killed

    def begin(
        self,
        lines: Sequence[tuple[Account, int]],
        *,
        who: Person | None = None,
        dies: bool = True,
        at: int = 0,
        **wanted: Any,
    ) -> Order:
        """«Оплатить», pressed again with the same key until there is an order; ``at``: dies there first."""
        person = who or self.town.anna
        request = operations.OrderRequest(
            lines=[(account.public_id, Money(kopecks)) for account, kopecks in lines],
            key=UUID(int=self.random.getrandbits(128), version=4),
            expected_total=Money(sum(kopecks for _, kopecks in lines)),
            return_url_base=BASE,
            **wanted,
        )
        self.orders += 1

        def press() -> None:
            Bucket.objects.all().delete()
            operations.begin_payment(by=Actor.person(person.pk), wanted=request, now=self.now)

        if at:
            self.dies(press, at=at)
        if dies and not at:
            self.may_die(press)
        else:
            press()
        made = Order.objects.filter(person=person, key=request.key)
        if not made.exists():
            # While a bank is silent payees of another one cannot be paid in a row with those it left.
            self.back()
            press()
        return made.get()

    def rested(self) -> None:
        """The seconds are over for which a bank that was silent is left alone by those in a hurry."""
        wire.forget_silence()

    def has_page(self, order: Order) -> None:
        """The bank's page is there; a bank that was silent a moment ago is asked once more."""
        order.refresh_from_db()
        if not order.bank_page_url:
            self.settle(order)
            order.refresh_from_db()
        assert order.bank_page_url, f"order {order.number} has no page: {order.state}"

    def type_card(self, order: Order, number: str = GOOD) -> None:
        self.has_page(order)
        answer = self.bank.type_card(order.bank_page_url, number=number)
        assert answer.status_code < 400, f"{order.bank_page_url} takes no card: {answer.status_code}"

    def prefers(self, code: str) -> None:
        """Which of the two others is asked before the other where the first is not reached."""
        codes = [code, *({SECOND, THIRD} - {code})]
        provider = self.town.accounts[0].provider.code
        operations.stand_in(provider=provider, codes=codes, now=self.now, by=Actor.system("chaos"))

    def deliver(self, *messages: bytes, address: str = BANK_ADDRESS) -> None:
        """Hand messages of the banks to the portal, one after another, each at its bank's door."""
        for raw in messages:
            door = {"shop_code": THIRD, "vendor": "sber"} if raw[:1] not in b"{[" else {}
            with suppress(operations.CallbackRejected):
                operations.take_callback(raw=raw, address=address, now=self.now, **door)

    def messages(self, order: Order, *, count: int = 1) -> list[bytes]:
        """What the bank has said of an order, at least so much; nothing of one that the second bank took."""
        order.refresh_from_db()
        told = order.shop is None or order.shop.code == THIRD
        return self.box.about(order.bank_reference, count=count) if told else []

    def hears(self, order: Order) -> None:
        """The bank's first message arrives; the bank that sends none here is asked."""
        told = self.messages(order)[:1]
        if told:
            self.deliver(*told)
        else:
            self.settle(order)

    def storm(self, raw: bytes, *, copies: int, sides: int = 10) -> None:
        """The same message again and again from many connections at once."""

        def side() -> None:
            try:
                self.deliver(*[raw] * (copies // sides))
            finally:
                connection.close()

        together([side] * sides)

    def work(self) -> None:
        """The worker does what waits for it."""
        run_jobs(queue="payments", keep_failed=True)

    def settle(self, order: Order) -> None:
        quietly(lambda: operations.settle(order_id=order.pk, now=self.now, by="chaos"))()

    def look(self, **later: float) -> None:
        """The janitor's round, some time from now, and the bank's list."""
        then = self.now + timedelta(**later)
        operations.look_at_due_orders(now=then)
        operations.look_at_asked_refunds(now=then)
        with suppress(operations.BankUnavailable):
            operations.look_for_refunds(now=self.now)
        self.back()

    def back(self) -> None:
        """The job that asks silent banks finds them there again, whatever befalls its questions."""
        for _ in range(9):
            if not BankSilence.objects.exists():
                return
            operations.ask_silent(now=self.now)
        raise AssertionError("a bank is silent for ever")

    def give_back(self, order: Order, kopecks: int) -> str:
        """A clerk of the bank gives money back; says why not."""
        order.refresh_from_db()
        refused = self.bank.give_back(order.bank_reference, f"{kopecks // 100}.{kopecks % 100:02d}")
        if order.shop is not None and not refused:
            # The others have no list of refunds: each is told, and the bank is asked about the payment.
            self.settle(order)
        return refused

    def register(self, source: str, *rows: tuple[str, str, int]) -> FileReport:
        """Take a bank's register of today over rows of number, account and kopecks."""
        day = self.now.astimezone().strftime("%d-%m-%Y")
        lines = [
            f"{day};10-15-00;8597;0123;K1;{number};{account};Крапивина З.П.;ул. Ветряная, 7;1026;"
            f"{_roubles(kopecks)};{_roubles(kopecks)};0,00"
            for number, account, kopecks in rows
        ]
        total = _roubles(sum(kopecks for _, _, kopecks in rows))
        content = "\r\n".join([*lines, f"={len(lines)};{total};{total};0,00;{self.number()};{day}"]).encode(
            "cp1251"
        )
        by = Actor.system("chaos")
        return take_file(
            profile="payments", name="r.txt", content=content, by=by, now=self.now, source=source
        )

    def disputes(self, *rows: str) -> FileReport:
        """Take a bank's list of disputes over rows of payment, name, roubles, day, state, its day."""
        content = "\n".join(["Платёж;Спор;Сумма;Удержано;Состояние;Решён", *rows]).encode()
        by = Actor.system("chaos")
        return take_file(profile="disputes", name="d.csv", content=content, by=by, now=self.now)

    def payments(self) -> list[dict[str, Any]]:
        """The bank's own list, straight from the bank."""
        return self._list("payments")

    def other_payments(self) -> list[dict[str, Any]]:
        """What the other banks have; they give no list, but write everything down."""
        found: dict[str, dict[str, Any]] = {}
        given: Counter[str] = Counter()
        for entry in self.bank.journal.entries("bank"):
            thing = entry.get("object") or {}
            if thing.get("shop") not in OTHERS:
                continue
            if entry["event"] == "refund.created":
                given[thing["payment_id"]] += int(thing["amount"]["value"].replace(".", ""))
            elif entry["event"].startswith("payment."):
                number = str(thing[OTHERS[thing["shop"]]])
                found[thing["id"]] = thing | {"order_id": number.partition("-")[0]}
        return [thing | {"refunded_kopecks": given[name]} for name, thing in found.items()]

    def newest_payments(self) -> list[dict[str, Any]]:
        """The hundred that were made last, the newest first."""
        page: list[dict[str, Any]] = self._page("payments", {"limit": "100"})["items"]
        return page

    def refunds(self) -> list[dict[str, Any]]:
        return self._list("refunds")

    def _list(self, what: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        asked = {"limit": "100"}
        while True:
            answer = self._page(what, asked)
            found += answer["items"]
            if not answer.get("next_cursor"):
                return found
            asked["cursor"] = answer["next_cursor"]

    def _page(self, what: str, asked: dict[str, str]) -> dict[str, Any]:
        answer = BROWSER.get(f"{self.bank.api}/{what}", params=asked, auth=("100500", "test_sandbox"))
        page: dict[str, Any] = answer.json()
        return page

    def change(self, method: str, path: str, content: bytes) -> bytes | None:
        """The line's part of the plan: payments of ``altered`` are told with another sum."""
        reference = path.rsplit("/", 1)[-1]
        if method != "GET" or reference not in self.altered:
            return None
        answer = json.loads(content)
        answer["amount"]["value"] = _roubles(self.altered[reference]).replace(",", ".")
        return json.dumps(answer).encode()

    def will(self, *faults: Fault, method: str = "GET", path: str = "/v3/payments") -> None:
        self.line.will(*((fault, method, path) for fault in faults))


def _roubles(kopecks: int) -> str:
    sign, kopecks = "-" if kopecks < 0 else "", abs(kopecks)
    return f"{sign}{kopecks // 100},{kopecks % 100:02d}"


def together(acts: Sequence[Callable[[], None]]) -> None:
    """All at once; what one of them raises is raised here."""
    ready, failures = threading.Barrier(len(acts)), list[BaseException]()

    def run(act: Callable[[], None]) -> None:
        try:
            ready.wait(20)
            act()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if failures:
        raise failures[0]


@contextmanager
def opened(seed: int, folder: Path) -> Iterator[Play]:
    """A run over an empty database of its own."""
    box = Postbox()
    before = settings.ACQUIRING_URL
    sber = {"svetdemo-api": box.url}
    opening = running_bank(folder, webhook_url=box.url, webhook_urls=sber)
    with own_database(folder) as database, opening as bank:
        line = Line(f"http://127.0.0.1:{bank.port}")
        settings.ACQUIRING_URL = f"yookassa+http://100500:test_sandbox@127.0.0.1:{line.port}/v3"
        os.environ |= {"SVET_CHAOS_SECOND": "test_tbank", "SVET_CHAOS_THIRD": "test_sber test_callback"}
        town = make_town(second=bank.tbank_shop, third=bank.sber_shop)
        play = Play(seed, town, bank, database, line, box, random.Random(seed))
        line.change = play.change
        try:
            yield play
        finally:
            settings.ACQUIRING_URL = before
            line.close()
            box.close()


__all__ = ["DECLINED", "GOOD", "SILENT", "STRANGER", "Fault", "Play", "opened", "quietly", "together"]
