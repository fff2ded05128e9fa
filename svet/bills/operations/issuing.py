"""Writes: issue the bills of a month, make their files, send them by e-mail."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db import IntegrityError, connection
from django.utils import translation
from procrastinate.contrib.django import app
from procrastinate.types import JSONValue
from psycopg.types.json import Jsonb

from svet.accounts import operations as subscriber_writes
from svet.accounts import queries as account_queries
from svet.accounts.queries import ProviderView
from svet.accounts.queries.delivering import bill_addresses, want_letters
from svet.arrangements.queries.plans import running_plans
from svet.arrangements.rules.views import InstalmentView
from svet.billing import queries as billing
from svet.billing.operations import months as billing_months
from svet.bills import events, queries, texts
from svet.bills.drawing import draw
from svet.bills.models import Bill, BillFile, BillPaper
from svet.bills.operations.penalties import keep_shown, show_with_bills
from svet.bills.operations.turns import Turns
from svet.bills.queries import Gathered
from svet.bills.rules import (
    BillDocument,
    digest,
    is_payable_by_code,
    uses_own_readings,
    written,
)
from svet.kernel.bulk import copy_rows, take_ids
from svet.kernel.ids import new_public_id
from svet.kernel.periods import Month
from svet.kernel.places import Place
from svet.kernel.starting import unlooked
from svet.kernel.transactions import use_case
from svet.look.formats import day, roubles
from svet.notices import operations as notices
from svet.notices.operations import Attachment, NoticeMessage
from svet.notices.rules import NoticeChannel
from svet.penalties.operations import PenaltiesShown
from svet.people import queries as people_queries

#: A block of accounts: what is asked once a batch costs some twenty milliseconds.
BATCH = 2_048
LETTERS_PER_JOB = 50
_COLUMNS = (
    "id", "public_id", "number", "account_id", "period", "version", "issued_at", "issued_on",
    "due_on", "snapshot_sha256", "kwh", "total_kopecks", "payable_kopecks", "no",
    "from_seq", "to_seq", "opening_kopecks", "snapshot",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class IssueReport:
    """What an issue did: new bills, bills that stood already, letters promised.

    ``overtaken`` accounts are charged for the month but have a later bill already: the charge stands on their
    next one. ``without_code`` of the new bills have no payment code, for want of the provider's requisites.
    ``penalties`` are those that were posted for the new bills.
    """

    issued: int
    already: int
    letters: int
    overtaken: int = 0
    without_code: int = 0
    penalties: PenaltiesShown = field(default_factory=PenaltiesShown)


def issue(
    *,
    provider_id: int,
    period: Month,
    now: datetime,
    announce: bool = True,
    despite_problems: bool = False,
) -> IssueReport:
    """Issue the bills of every account charged for ``period``; a second run issues only what is missing.

    Processes of any number and place share a month. Each batch is one transaction with its penalties,
    notices and letters; ``announce`` is off for months
    long past. ``despite_problems`` issues although more accounts could not be charged than the provider
    allows.
    :raises BillingRefused: the month is being charged, or too many of its accounts could not be
    """
    billing.refuse_issuing(provider_id=provider_id, period=period, despite_problems=despite_problems)
    provider = account_queries.provider_by_id(provider_id)
    already = Bill.objects.filter(account__provider_id=provider_id, period=period.first).count()
    overtaken = queries.overtaken(provider_id=provider_id, period=period)
    done = _Batch()
    turns = Turns(provider_id, period)
    while True:
        account_ids: list[int] | None = []
        try:
            with use_case(), unlooked():
                account_ids = turns.take(BATCH)
                added = _Batch()
                if account_ids:
                    added = _issued(provider, account_ids, period=period, now=now, announce=announce)
            done = done.plus(added)
        except IntegrityError:
            # A version of the program whose blocks are others had billed some of them first.
            if not Bill.objects.filter(account_id__in=account_ids or (), period=period.first).exists():
                raise
        if account_ids is None:
            with use_case():
                if turns.over():
                    billing_months.end_issuing(provider_id=provider_id, period=period, now=now)
                    return IssueReport(
                        done.bills, already, done.letters, overtaken, done.without_code, done.shown
                    )


class _Batch(NamedTuple):
    """What batches did: new bills, promised letters, bills without a code, penalties posted for them."""

    bills: int = 0
    letters: int = 0
    without_code: int = 0
    shown: PenaltiesShown = PenaltiesShown()

    def plus(self, other: _Batch) -> _Batch:
        return _Batch(
            self.bills + other.bills,
            self.letters + other.letters,
            self.without_code + other.without_code,
            self.shown + other.shown,
        )


def _issued(
    provider: ProviderView, account_ids: Sequence[int], *, period: Month, now: datetime, announce: bool
) -> _Batch:
    """Issue the bills of these accounts with all that goes with them (a step)."""
    shown = show_with_bills(provider, account_ids, period=period, now=now)
    bills = _issue_batch(provider, account_ids, period=period, now=now)
    letters = _announce(bills, now=now) if announce else 0
    # Last of all: others who issue the month wait for its row no longer than this commit takes.
    keep_shown(provider, shown, period=period, now=now)
    return _Batch(len(bills), letters, _without_code(bill.document for bill in bills.values()), shown)


def pdf_of(bill_id: int, *, masked: bool, now: datetime) -> bytes:
    """The bill as PDF, drawn from its frozen text; the digest of what is given out is kept.

    :raises BillNotFound: there is no such bill
    """
    # Versions before kept the file itself: whoever has one of theirs is given the same bytes.
    kept = BillFile.objects.filter(bill_id=bill_id, masked=masked).values_list("content", flat=True).first()
    if kept is not None:
        return bytes(kept)
    view = queries.bill_by_id(bill_id, masked=masked)
    # The bill is a Russian document whatever language the cabinet speaks.
    with translation.override("ru"):
        content = draw(view.document, masked=masked)
    sha256 = hashlib.sha256(content).hexdigest()
    if not BillPaper.objects.filter(sha256=sha256, bill_id=bill_id, masked=masked).exists():
        paper = BillPaper(bill_id=bill_id, masked=masked, sha256=sha256, made_at=now)
        # Somebody else may have been first, with the same bytes.
        BillPaper.objects.bulk_create([paper], ignore_conflicts=True)
    return content


def deliver(*, bill_id: int, now: datetime) -> bool:
    """Promise the letter with the bill's PDF, once; False when it was promised before or nobody gets one.

    The holder's name is shown only when the address belongs to somebody confirmed for the account. If whoever
    chose e-mail holds the account no more, it goes back to paper.
    """
    bill = Bill.objects.only("number", "delivered_at", "account").get(pk=bill_id)
    if bill.delivered_at is not None:
        return False
    address = bill_addresses([bill.account_id]).get(bill.account_id)
    if address is None:
        # Whoever asked for letters holds the account no more: from now on its bills are printed.
        subscriber_writes.end_lapsed_delivery(account_id=bill.account_id, now=now)
        return False
    masked = not address.confirmed
    content = pdf_of(bill_id, masked=masked, now=now)
    document = queries.bill_by_id(bill_id, masked=masked).document
    with use_case():
        if not Bill.objects.filter(pk=bill_id, delivered_at__isnull=True).update(delivered_at=now):
            return False
        notices.send_email(
            address=address.email,
            event=events.BILL_READY,
            params=_params(document, running_plans([bill.account_id], now=now).get(bill.account_id)),
            now=now,
            attachment=Attachment(name=file_name(document), media_type="application/pdf", content=content),
            place=Place("bill", (bill.public_id,)),
        )
        return True


def file_name(document: BillDocument) -> str:
    """How the file is called when it is saved."""
    return f"bill-{document.month}-{document.payer.account_number}.pdf"


def _without_code(documents: Iterable[BillDocument]) -> int:
    """How many of these cannot carry a payment code."""
    # The payee is the same for all: only what differs in more than digits is tried one by one.
    known: dict[str, bool] = {}
    count = 0
    for document in documents:
        number = document.payer.account_number
        key = "" if number.isascii() and number.isdigit() else number
        if key not in known:
            known[key] = is_payable_by_code(document)
        count += not known[key]
    return count


class _Issued(NamedTuple):
    """A new bill: its keys and its document."""

    id: int
    public_id: str
    document: BillDocument


def _issue_batch(
    provider: ProviderView, account_ids: Sequence[int], *, period: Month, now: datetime
) -> dict[int, _Issued]:
    """Keep the bills of a batch, by account key; by COPY, for rows as long as these are slow to INSERT."""
    today = account_queries.provider_today(provider, now)
    gathered = queries.gather(provider=provider, account_ids=account_ids, period=period, issued_on=today)
    bills = {
        account_id: _Issued(identity, new_public_id(), each.document)
        for (account_id, each), identity in zip(
            gathered.items(), take_ids(model=Bill, count=len(gathered)), strict=True
        )
    }
    rows = (_row(account_id, bills[account_id], each, now) for account_id, each in gathered.items())
    with connection.cursor() as cursor:
        # The check of what bills close with keeps a batch's rows aside, texts and all: in memory, not a file.
        cursor.execute("SET LOCAL work_mem TO '64MB'")
    copy_rows(model=Bill, columns=_COLUMNS, rows=rows, binary=True)
    return bills


def _row(account_id: int, bill: _Issued, gathered: Gathered, now: datetime) -> tuple[object, ...]:
    """The values of ``_COLUMNS``."""
    document, preceding = gathered.document, gathered.preceding
    # The text is long: it is made once, for its checksum and for the table, and nobody reads its letters.
    text = written(document)
    return (
        bill.id,
        bill.public_id,
        document.number,
        account_id,
        document.period,
        document.version,
        now,
        document.issued_on,
        document.due_on,
        digest(text),
        document.kwh,
        document.total,
        document.sums.closing,
        preceding.no + 1 if preceding else 1,
        preceding.to_seq + 1 if preceding else 1,
        gathered.to_seq,
        preceding.closing if preceding else 0,
        Jsonb(text, dumps=_as_it_is),
    )


def _as_it_is(text: bytes) -> bytes:
    return text


def _announce(bills: Mapping[int, _Issued], *, now: datetime) -> int:
    """Tell the people who hold the accounts, and queue the letters with the files; counts the letters.

    Whose readings made the bill hears of that too, by the channels chosen for it (none until somebody asks).
    """
    holders = account_queries.people_by_account(account_ids=bills)
    people = people_queries.people_by_id({person_id for each in holders.values() for person_id in each})
    letters, plans = bill_addresses(bills), running_plans(list(bills), now=now)
    ready: list[NoticeMessage] = []
    used: list[NoticeMessage] = []
    for account_id, person_ids in holders.items():
        bill = bills[account_id]
        params, place = _params(bill.document, plans.get(account_id)), Place("bill", (bill.public_id,))
        for person_id in person_ids:
            person = people[person_id]
            # Whoever gets the letter with the file needs no second one without it.
            letter = letters.get(account_id)
            has_letter = letter is not None and letter.email.lower() == person.email.lower()
            already = (NoticeChannel.EMAIL,) if has_letter else ()
            ready.append(NoticeMessage(person.recipient_id, params, place, already))
            if uses_own_readings(bill.document):
                used.append(NoticeMessage(person.recipient_id, params, place))
    notices.notify_many(event=events.BILL_READY, tidings=ready, now=now)
    notices.notify_many(event=events.READING_USED, tidings=used, now=now)
    ids = [bills[account_id].id for account_id in want_letters(bills)]
    for start in range(0, len(ids), LETTERS_PER_JOB):
        chunk: list[JSONValue] = [*ids[start : start + LETTERS_PER_JOB]]
        # By name: the job imports this module.
        app.configure_task("bills.deliver", queue="bills").defer(bill_ids=chunk)
    return len(letters)


def _params(document: BillDocument, plan: InstalmentView | None) -> dict[str, str]:
    """The values of the notice's text; of a debt that is paid in parts what is asked of it next."""
    params = {
        "account": document.payer.account_number,
        "period": texts.month_label(document.period),
        "total": roubles(document.sums.payable),
        "over": roubles(max(-document.sums.closing, 0)),
        "due": day(document.due_on),
        "state": document.money_state.value,
    }
    if plan is None or document.sums.closing <= 0:
        return params
    if plan.next is None:
        return params | {"state": "parts_paid"}
    # A part that was missed still stands: its day is over, and asking by it would be asking for the past.
    state = "parts_late" if plan.next.due_on < document.issued_on else "parts"
    return params | {"state": state, "sum": roubles(plan.ask), "until": day(plan.next.due_on)}
