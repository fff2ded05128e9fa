"""Payments that come in registers: twice, taken back, of unknown payers."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator

from antithesis.assertions import reachable

from svet.accounts.models import Account
from svet.exchange.rules.refusals import FileRefused
from svet.payments import operations
from svet.payments.models import ImportedPayment
from tests.chaos.play import Play
from tests.chaos.town import SOURCES


def one_number_at_two_banks(play: Play) -> Iterator[None]:
    account, kopecks, number = play.account(), play.sum(), play.number()
    for source in SOURCES:
        play.register(source, (number, account.number, kopecks))
        play.town.expect(account, -kopecks)
        yield
    if ImportedPayment.objects.filter(external_id=number, state="credited").count() == 2:
        reachable("the same number at two banks", {})
    report = play.register(SOURCES[0], (number, account.number, kopecks))
    if report.repeated == 1:
        reachable("a register row that comes again", {})
    report = play.register(SOURCES[1], (number, account.number, kopecks + 1))
    if ImportedPayment.objects.filter(external_id=number, state="differs").exists():
        reachable("a row with another body", {})


def storno_twice(play: Play) -> Iterator[None]:
    account, kopecks, number = play.account(), play.sum(), play.number()
    play.register(SOURCES[0], (number, account.number, kopecks))
    yield
    play.register(SOURCES[0], (number, account.number, -kopecks))
    if ImportedPayment.objects.filter(external_id=number, state="reversed").exists():
        reachable("a storno", {})
    yield
    report = play.register(SOURCES[0], (number, account.number, -kopecks))
    if report.repeated == 1:
        reachable("a storno twice", {})


def storno_before_its_payment(play: Play) -> Iterator[None]:
    account, kopecks, number = play.account(), play.sum(), play.number()
    play.register(SOURCES[1], (number, account.number, -kopecks))
    waiting = ImportedPayment.objects.get(external_id=number)
    if waiting.state == "suspense":
        reachable("a storno before its payment", {})
    yield
    play.register(SOURCES[1], (number, account.number, kopecks))
    waiting.refresh_from_db()
    if waiting.state == "suspense":
        _put(play, waiting, account)


def unknown_payer_found(play: Play) -> Iterator[None]:
    row, account, kopecks = yield from _unknown_account(play)
    play.may_die(lambda: _put(play, row, account))
    play.town.expect(account, -kopecks)
    reachable("money of an unknown payer put on an account", {})


def unknown_payer_gets_it_back(play: Play) -> Iterator[None]:
    row, _, _ = yield from _unknown_account(play)
    play.may_die(
        lambda: operations.return_suspense(
            row_public_id=row.public_id, by=play.town.staff, now=play.now, reason="плательщик не найден"
        )
    )
    reachable("money of an unknown payer sent back", {})


def _unknown_account(play: Play) -> Generator[None, None, tuple[ImportedPayment, Account, int]]:
    account, kopecks, number = play.account(), play.sum(), play.number()
    play.register(SOURCES[0], (number, "0999999999", kopecks))
    yield
    return ImportedPayment.objects.get(external_id=number), account, kopecks


def _put(play: Play, row: ImportedPayment, account: Account) -> None:
    operations.put_on_account(
        row_public_id=row.public_id,
        account_number=account.number,
        seen_public_id=account.public_id,
        by=play.town.staff,
        now=play.now,
        reason="по заявлению",
    )


def killed_in_a_register(play: Play) -> Iterator[None]:
    rows = [(play.number(), play.account(), play.sum()) for _ in range(20)]
    told = [(number, account.number, kopecks) for number, account, kopecks in rows]

    def take() -> None:
        with contextlib.suppress(FileRefused):
            play.register(SOURCES[0], *told)

    numbers = play.numbers
    killed = play.dies(take, at=play.random.randint(4, 14))
    if killed and not ImportedPayment.objects.filter(external_id=told[0][0]).exists():
        reachable("killed inside a register", {})
    play.numbers = numbers
    yield
    take()
    for _, account, kopecks in rows:
        play.town.expect(account, -kopecks)
