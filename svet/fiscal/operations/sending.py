"""Receipts handed to their tills and followed until they have a number: by jobs only, between transactions.

The try is counted before the till is asked. Whoever is killed between the question and the answer left the
receipt pending: it is handed over again with the same ``external_id`` and is the same document.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from django.db import IntegrityError, OperationalError
from django.db.models import Exists, OuterRef

from svet.fiscal.models import Cashbox, Receipt, ReceiptLine
from svet.fiscal.operations.cashboxes import till_of
from svet.fiscal.operations.choosing import take_up
from svet.fiscal.operations.documents import belongs_to, document_of, lacks
from svet.fiscal.operations.steps import anew, move_receipt
from svet.fiscal.operations.turns import in_turn
from svet.fiscal.rules.refusals import ReceiptReason
from svet.fiscal.rules.states import (
    MOST_LOOKS,
    MOST_TRIES,
    SETTLED,
    ReceiptState,
    look_again_after,
    send_again_after,
)
from svet.gateways.failures import Permanent, Temporary
from svet.gateways.fiscal.port import FiscalReport, FiscalStanding
from svet.kernel.moving import LostRace
from svet.kernel.states import IllegalMove
from svet.kernel.transactions import use_case

#: So many receipts one run hands over to each till, and so many it asks about.
A_RUN = 100
#: So many of them beside those are offsets: a night of them is over in a day, and nobody who pays waits long.
OFFSETS_A_RUN = 25
log = structlog.get_logger(__name__)


def send_due(*, now: datetime) -> int:
    """Hand over the receipts whose time has come, in the order of :func:`in_turn`; says how many tills took.

    What no till was asked for goes to its provider's first. A till that does not answer is asked once in a
    run, its others wait for it. What takes back or uses a line waits until that line's receipt is at its end.
    What befalls one receipt stops no other.
    """
    take_up(now=now)
    unfinished = ReceiptLine.objects.filter(receipt=OuterRef("pk"), of__isnull=False).exclude(
        of__receipt__state__in=sorted(SETTLED)
    )
    due = Receipt.objects.filter(
        ~Exists(unfinished), state=ReceiptState.PENDING.value, next_at__lte=now, cashbox__isnull=False
    )
    silent: set[int | None] = set()
    taken = 0
    for receipt in in_turn(due, "made_at", most=A_RUN, offsets=OFFSETS_A_RUN):
        if receipt.cashbox_id in silent:
            continue
        try:
            taken += _send(receipt, now=now)
        except Temporary as failure:
            silent.add(receipt.cashbox_id)
            _keep_silence(receipt, failure, now=now)
        except LostRace:
            continue
        except Exception as fault:
            _put_aside(receipt, ReceiptReason.FAULT, fault, now=now)
    return taken


def follow_sent(*, now: datetime) -> int:
    """Ask what became of the receipts that tills have; says how many are at their end."""
    due = Receipt.objects.filter(state=ReceiptState.SENT.value, next_at__lte=now)
    silent: set[int | None] = set()
    ended = 0
    for receipt in in_turn(due, "next_at", most=A_RUN, offsets=2 * OFFSETS_A_RUN):
        if receipt.cashbox_id in silent:
            continue
        following = now + look_again_after(receipt.looks + 1)
        # Before the question: one that dies must not be the last.
        Receipt.objects.filter(pk=receipt.pk, state=ReceiptState.SENT.value).update(
            looks=receipt.looks + 1, next_at=following
        )
        try:
            report = till_of(_cashbox(receipt)).report(name=receipt.name)
        except Temporary as failure:
            silent.add(receipt.cashbox_id)
            _mark_silent(receipt, now=now)
            log.warning("fiscal.till_unavailable", receipt=receipt.public_id, code=failure.code)
            continue
        except Permanent as refusal:
            # Not that it failed: the till does not know it. Handed over again it has the same name.
            ended += _lost(receipt, str(refusal), now=now)
            continue
        _mark_heard(receipt)
        try:
            ended += _conclude(receipt, report, now=now)
        except LostRace:
            continue
        except IntegrityError as taken:
            # Its number stands in another receipt of ours: one of both is not what the till says.
            ended += _put_aside(receipt, ReceiptReason.NUMBER_TAKEN, taken, report.document_number, now=now)
        except Exception as fault:
            ended += _put_aside(receipt, ReceiptReason.FAULT, fault, now=now)
    return ended


def _send(receipt: Receipt, *, now: datetime) -> bool:
    tries, document = receipt.tries + 1, document_of(receipt)
    lacking = lacks(receipt, document)
    # Before the question: whoever dies behind it has left the till with a document, perhaps.
    asked_at = receipt.asked_at if lacking else receipt.asked_at or now
    asked = Receipt.objects.filter(pk=receipt.pk, state=ReceiptState.PENDING.value, tries=receipt.tries)
    # Nor is handed over what an accountant has made another document of since it was read.
    asked = asked.filter(external_id=receipt.external_id, corrected_at=receipt.corrected_at)
    if not asked.update(tries=tries, asked_at=asked_at, next_at=now + send_again_after(tries)):
        return False
    receipt.tries, receipt.asked_at = tries, asked_at
    if lacking is not None:
        log.error("fiscal.cannot_be_sent", receipt=receipt.public_id, reason=lacking.value)
        return _fail(receipt, lacking, "", now=now)
    try:
        name = till_of(_cashbox(receipt)).register(document=document)
    except Permanent as refusal:
        _mark_heard(receipt)
        log.error("fiscal.refused", receipt=receipt.public_id, code=refusal.code)
        # The same body each time, so the till has taken none of before either.
        return _fail(receipt, ReceiptReason.REFUSED, str(refusal), now=now, asked_at=None)
    _mark_heard(receipt)
    with use_case():
        move_receipt(
            receipt,
            ReceiptState.SENT,
            now=now,
            name=name,
            looks=0,
            next_at=now + look_again_after(0),
            reason="",
            note="",
        )
    return True


def _conclude(receipt: Receipt, report: FiscalReport, *, now: datetime) -> bool:
    if report.standing is FiscalStanding.WAIT:
        return False
    with use_case():
        if report.standing is FiscalStanding.DONE and not belongs_to(receipt, report):
            told = f"{report.external_id} {report.at}, № {report.document_number}"
            _give_up(receipt, ReceiptReason.ANOTHER, told, now=now)
        elif report.standing is FiscalStanding.DONE and report.total == receipt.money:
            move_receipt(
                receipt,
                ReceiptState.DONE,
                now=now,
                document_number=report.document_number,
                document_attribute=report.document_attribute,
                storage_number=report.storage_number,
                url=report.url,
                done_at=now,
                next_at=None,
                reason="",
                note="",
            )
        elif report.standing is FiscalStanding.DONE:
            told = f"{report.total.kopecks if report.total else '?'}, № {report.document_number}"
            _give_up(receipt, ReceiptReason.OTHER_SUM, told, now=now)
        elif report.unsure and receipt.looks < MOST_LOOKS:
            # It may still be printed: asked about again under its old name, the next look is set.
            told = f"{report.code} {report.text}"[:300]
            asked = Receipt.objects.filter(pk=receipt.pk, state=ReceiptState.SENT.value)
            asked.update(reason=ReceiptReason.UNSURE.value, note=told)
            return False
        elif report.unsure:
            _give_up(receipt, ReceiptReason.UNSURE, f"{report.code} {report.text}", now=now)
        elif report.again and receipt.fails + 1 < MOST_TRIES:
            move_receipt(
                receipt,
                ReceiptState.PENDING,
                now=now,
                fails=receipt.fails + 1,
                next_at=now + send_again_after(receipt.fails + 1),
                reason=ReceiptReason.FAILED.value,
                note=f"{report.code} {report.text}"[:300],
                **anew(receipt),
            )
            return False
        else:
            # Its name stays: who looks for it at the till finds it. A person lets the next one be made.
            _give_up(receipt, ReceiptReason.FAILED, f"{report.code} {report.text}", now=now)
    return True


def _fail(receipt: Receipt, reason: ReceiptReason, text: str, *, now: datetime, **changes: Any) -> bool:
    with use_case():
        _give_up(receipt, reason, text, now=now, **changes)
    return False


def _put_aside(
    receipt: Receipt, reason: ReceiptReason, fault: Exception, told: str = "", *, now: datetime
) -> bool:
    """A person looks at what nobody foresaw. :raises OperationalError: the database itself is away"""
    if isinstance(fault, OperationalError):
        raise fault
    log.error("fiscal.put_aside", receipt=receipt.public_id, reason=reason.value, exc_info=fault)
    try:
        _fail(Receipt.objects.get(pk=receipt.pk), reason, told or type(fault).__name__, now=now)
    except (IllegalMove, LostRace):
        return False
    return True


def _lost(receipt: Receipt, text: str, *, now: datetime) -> bool:
    _mark_heard(receipt)
    with use_case():
        _give_up(receipt, ReceiptReason.LOST, text, now=now)
    return True


def _give_up(receipt: Receipt, reason: ReceiptReason, text: str, *, now: datetime, **changes: Any) -> None:
    told = {"next_at": None, "reason": reason.value, "note": text.strip()[:300]}
    move_receipt(receipt, ReceiptState.FAILED, now=now, **told, **changes)


def _keep_silence(receipt: Receipt, failure: Temporary, *, now: datetime) -> None:
    log.warning("fiscal.till_unavailable", receipt=receipt.public_id, code=failure.code)
    Receipt.objects.filter(pk=receipt.pk, state=ReceiptState.PENDING.value).update(
        reason=ReceiptReason.SILENT.value, note=str(failure)[:300]
    )
    _mark_silent(receipt, now=now)


def _mark_silent(receipt: Receipt, *, now: datetime) -> None:
    Cashbox.objects.filter(pk=_cashbox(receipt).pk, silent_since__isnull=True).update(silent_since=now)


def _mark_heard(receipt: Receipt) -> None:
    Cashbox.objects.filter(pk=_cashbox(receipt).pk, silent_since__isnull=False).update(silent_since=None)


def _cashbox(receipt: Receipt) -> Cashbox:
    assert receipt.cashbox is not None
    return receipt.cashbox
