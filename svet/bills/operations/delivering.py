"""Writes: tell of new bills, draw their files, send them by e-mail."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from django.utils import translation
from procrastinate.contrib.django import app
from procrastinate.types import JSONValue

from svet.accounts import operations as subscriber_writes
from svet.accounts import queries as account_queries
from svet.accounts.queries.delivering import bill_addresses, want_letters
from svet.arrangements.queries.plans import running_plans
from svet.arrangements.rules.views import InstalmentView
from svet.bills import events, queries, texts
from svet.bills.drawing import draw
from svet.bills.models import Bill, BillFile, BillPaper
from svet.bills.rules import BillDocument, uses_own_readings
from svet.kernel.places import Place
from svet.kernel.transactions import use_case
from svet.look.formats import day, roubles
from svet.notices import operations as notices
from svet.notices.operations import Attachment, NoticeMessage
from svet.notices.rules import NoticeChannel
from svet.people import queries as people_queries

LETTERS_PER_JOB = 50


class IssuedBill(NamedTuple):
    """A new bill: its keys and its document."""

    id: int
    public_id: str
    document: BillDocument


def tell_of_bills(bills: Mapping[int, IssuedBill], *, now: datetime) -> int:
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
