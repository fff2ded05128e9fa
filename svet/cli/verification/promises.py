"""The promises that ``svet verify`` proves, and who can tell of a breach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from svet.billing.operations.proving import Proved
from svet.bills.operations.proving import ProvedBills
from svet.cli.verification.pieces import BESIDE, BY_PIECES, begin, looks
from svet.cli.verification.proving import begin_proving
from svet.cli.verification.workers import look_whole, told, workers
from svet.config.failures import Failure
from svet.journal.queries import HeadView, has_head, seal_head
from svet.kernel.transactions import is_copy
from svet.look.formats import number

_SHORT = 16


@dataclass(frozen=True, slots=True)
class Promise:
    """``says`` is to be translated, ``check`` the path of a query that names every breach in words."""

    number: str
    says: str
    check: str


@dataclass(frozen=True, slots=True)
class CheckVerdict:
    """What came of one promise; no breaches means it is kept.

    ``unmoved``: so many accounts, of those ``looked`` at, were proved before and have not moved since; the
    rows of so many of them were ``compared``.
    """

    promise: Promise
    breaches: tuple[str, ...]
    looked: int = 0
    unmoved: int = 0
    compared: int = 0


PROMISES = (
    Promise("I-1", _("Ни одна копейка не теряется"), "svet.ledger.queries:broken"),
    Promise("I-2", _("Взятое банком зачислено ровно один раз"), "svet.payments.queries:broken_credits"),
    Promise("I-4", _("Общий платёж зачислен весь или никак"), "svet.payments.queries:broken_groups"),
    Promise("I-5", _("Возвращённое банком снято один раз"), "svet.payments.queries:broken_refunds"),
    Promise("I-20", _("В книге банка то, что банк взял и вернул"), "svet.payments.queries:broken_bank"),
    Promise("I-6", _("Принятые показания не теряются"), "svet.metering.queries:broken"),
    Promise("I-22", _("Каждый договор месяца начислен или известен"), "svet.billing.queries:uncharged"),
    Promise("I-23", _("Ничто не проведено днём, который не наступил"), "svet.ledger.queries:dated_ahead"),
    Promise("I-26", _("Общедомовое следует из показаний дома"), "svet.billing.queries:broken_houses"),
    Promise("I-12", _("Реестр применён один раз, строка за строкой"), "svet.exchange.queries:broken"),
    Promise("I-14", _("Печати журнала целы"), "svet.journal.queries:broken_seals"),
    Promise("I-21", _("У каждого платежа есть источник"), "svet.cli.verification.sources:broken_sources"),
    Promise("I-25", _("Автоплатёж не больше того, о чём сказано"), "svet.autopay.queries:broken"),
    Promise("I-27", _("У пробитого чека есть номер, чеки сходятся"), "svet.fiscal.queries:broken"),
    Promise("I-28", _("Рассрочки сходятся с тем, что согласовано"), "svet.arrangements.queries:broken"),
    Promise("I-19", _("Счёт начинается с итога прошлого счёта"), "svet.bills.queries:broken_chain"),
    Promise("I-24", _("Пени и потоки счёта сходятся с книгами"), "svet.bills.queries.streams:broken"),
    Promise("I-10", _("Выставленный счёт не изменён"), "svet.bills.queries:broken"),
    Promise("I-11", _("Начисленное следует из своих данных"), "svet.billing.queries:broken"),
    Promise("I-18", _("Каждый кВт·ч начислен один раз"), "svet.billing.queries:charged_twice"),
)
#: Of so many proved accounts and bills the rows are counted again each time, in turn.
AGAIN = 50_000
#: These are proved account by account and bill by bill, by as many processes as one likes; proofs are kept.
PROVED = ("I-10", "I-11", "I-18")


def verify(
    *, now: datetime, since: bool = False, jobs: int = 1, again: int = AGAIN
) -> Iterator[CheckVerdict]:
    """Check every promise; ``since``: what was proved and has not moved since is not looked at again.

    That it has not is told by the rows of some, those looked at longest ago (``again`` accounts and bills,
    and of movements, readings and chains of bills the same share), and of the others by having no news.

    Each check sees an unmoving picture of the database. Nothing is written but what was proved. A copy keeps
    no notes: there the rows of all are looked at.
    """
    copy = is_copy()
    with workers(jobs) as submit:
        found = [] if copy else looks()
        in_turn = since and not copy
        if in_turn:
            begin(found, submit, again=again)
        whole = {
            promise.number: submit(look_whole, path)
            for promise in PROMISES
            if promise.number not in PROVED and (path := _path(promise, in_turn=in_turn))
        }
        proving = begin_proving(submit, since=since, jobs=jobs, now=now, again=again)
        said: dict[str, tuple[str, ...]] = {}
        for promise in PROMISES:
            number = promise.number
            if number not in PROVED:
                said[number] = whole[number].result() if number in whole else ()
                if in_turn:
                    said[number] += tuple(each for look in found for each in look.breaches(number))
                yield CheckVerdict(promise, said[number])
        if not in_turn:
            for look in found:
                look.note_whole(lambda number: bool(said[number]))
        books, bills = Proved(), ProvedBills()

        def proved() -> tuple[str, ...]:
            nonlocal books, bills
            books, bills = proving.result()
            return ()

        could_not = told(proved)
    of = {"I-10": bills.breaches, "I-11": books.books, "I-18": books.twice}
    for promise in PROMISES:
        if promise.number in of:
            accounts = (books.looked, books.unmoved, books.compared)
            looked = (0, 0, 0) if promise.number == "I-10" else accounts
            yield CheckVerdict(promise, could_not or of[promise.number], *looked)


def _path(promise: Promise, *, in_turn: bool) -> str:
    """The query that looks at a promise whole; nothing where pieces in turn say all of it."""
    return BESIDE.get(promise.number, "") if in_turn and promise.number in BY_PIECES else promise.check


def verdict_line(verdict: CheckVerdict) -> str:
    """A promise and what came of it, as a row of a table."""
    if verdict.breaches:
        outcome = gettext("НАРУШЕНО ({count})").format(count=len(verdict.breaches))
    else:
        outcome = gettext("соблюдено")
    if verdict.unmoved:
        outcome += gettext(
            ": из {looked} лицевых счетов {unmoved} проверены раньше и нового в них нет, сверено построчно"
            " {compared}"
        ).format(
            looked=number(verdict.looked),
            unmoved=number(verdict.unmoved),
            compared=number(verdict.compared),
        )
    says = gettext(verdict.promise.says)
    return f"{verdict.promise.number:<5} {says:<44} {outcome}"


def head_line() -> str:
    """Where the journal's seals end, to be noted down elsewhere."""
    head = seal_head()
    if not head.seal_id:
        return gettext("Журнал ещё не запечатан")
    return gettext("Конец печатей журнала: {head} (запишите вне базы; проверка: --journal-head)").format(
        head=f"{head.seal_id}:{head.digest[:_SHORT]}"
    )


def has_noted_head(noted: str) -> bool:
    """Whether the journal still has the seal that was noted down. :raises Failure: it is written otherwise"""
    written = re.fullmatch(r"([0-9]{1,18}):([0-9a-f]{8,64})", noted.strip())
    if written is None:
        raise Failure(gettext("{noted}: конец печатей пишется как 12:0123456789abcdef").format(noted=noted))
    return has_head(HeadView(int(written[1]), written[2]))
