"""Receipts that the bank's own till makes: asked for by a job, or told in a signed message.

What is told changes no money: it is shown to the payer and the staff, and what is not told is late.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Q

from svet.gateways.acquiring.bank_receipts import BankReceipt, ReceiptsTold
from svet.gateways.failures import UNREADABLE, GatewayFailure, Temporary
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.refusals import Conflict
from svet.kernel.transactions import require_transaction, use_case
from svet.payments.models import BankReceiptTold, Order
from svet.payments.operations.shops import abilities_of, bank_of
from svet.payments.rules.receipts import (
    ASKED_FOR,
    LONGEST_DOCUMENT,
    LONGEST_WHY,
    OVER,
    TOLD_LATE,
    BankReceiptReason,
    DueKind,
    ReceiptMaker,
    ToldState,
    next_look,
)

#: So many banks' receipts one run asks about.
A_RUN = 200
log = structlog.get_logger(__name__)


class BankReceiptConflict(Conflict):
    """It is not late any more, or nobody said what stands for it and why."""


def await_bank_receipt(order: Order, *, now: datetime) -> None:
    """Note that the bank makes the receipt of a credited payment and is to be asked about it (a step).

    Not where the bank cannot be asked, and not of a payer without an address: it was given nothing to make
    one of.
    """
    require_transaction()
    if order.receipts != ReceiptMaker.BANK or not (order.receipt_email or order.person.phone):
        return
    if abilities_of(order.shop).receipts_told is ReceiptsTold.ASKED:
        first = next_look(0)
        _row(order, DueKind.PAID, order.ledger_key, now=now, next_at=now + first if first else None)


def keep_told(order: Order, told: BankReceipt, *, now: datetime) -> bool:
    """Keep what a bank tells of a receipt of a payment (a step); says whether it was anything new.

    Told again it is the same one. Of money that went back each document is one of its own, and is kept only
    when it is made. A sale of another sum than the payment's is no receipt of it: a person looks. One that
    was closed stays so until the bank tells that it was made: then there are two, which is for a person.
    """
    require_transaction()
    state = ToldState(told.state.value)
    if told.back:
        if state is not ToldState.MADE or not told.amount:
            return False
        name = f"back:{order.public_id}:{told.storage_number}:{told.document_number}"
        row = _row(order, DueKind.BACK, name, now=now, money=told.amount)
    else:
        row = _row(order, DueKind.PAID, order.ledger_key, now=now)
    if row.word == ToldState.MADE or state is ToldState.PENDING:
        return False
    if told.amount not in (None, row.money):
        log.error("payments.bank_receipt_of_another_sum", receipt=row.name)
        state = ToldState.FAILED
    if row.word == ToldState.CLOSED:
        if state is not ToldState.MADE:
            return False
        log.error("payments.bank_receipt_after_closing", receipt=row.name)
    row.word, row.told_at, row.next_at = state.value, now, None
    if state is ToldState.MADE:
        row.document_number, row.document_attribute = told.document_number, told.document_attribute
        row.storage_number, row.url = told.storage_number, told.url
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        # The number stands in the receipt of another payment: nobody knows whose it is.
        log.error("payments.bank_receipt_of_another", receipt=row.name)
        BankReceiptTold.objects.filter(pk=row.pk).update(
            word=ToldState.FAILED.value, told_at=now, next_at=None
        )
    return True


def ask_for_receipts(*, now: datetime) -> int:
    """Ask the banks about the receipts whose time has come; says of how many something new was told.

    A bank that does not answer is asked no more in this run; another's receipts go on, and so do its own
    after an answer about one of them that cannot be read or refuses.
    """
    due = (
        BankReceiptTold.objects.filter(next_at__lte=now)
        .select_related("order__shop")
        .order_by("next_at", "pk")
    )
    silent: set[int | None] = set()
    heard = 0
    for row in due[:A_RUN]:
        order, unanswered = row.order, False
        if order.shop_id in silent:
            continue
        try:
            told = bank_of(order.shop).receipts(reference=order.bank_reference)
        except GatewayFailure as failure:
            log.warning("payments.bank_receipt_unknown", receipt=row.name, code=failure.code)
            unanswered = isinstance(failure, Temporary) and failure.code not in UNREADABLE
            if unanswered:
                silent.add(order.shop_id)
            told = ()
        with use_case():
            _look_again(row.pk, now=now, unanswered=unanswered)
            heard += sum(keep_told(order, one, now=now) for one in told)
    return heard


def ask_late_again(*, now: datetime, by: Actor) -> int:
    """Ask anew about every receipt late at a bank that can be asked; says how many there are.

    What another bank has told stays told: asking would only forget why it is for a person.
    """
    with use_case():
        late = BankReceiptTold.objects.exclude(word__in=OVER).filter(
            kind=DueKind.PAID.value, owed_at__lt=now - TOLD_LATE
        )
        orders = Order.objects.filter(pk__in=late.values("order_id")).order_by("shop_id")
        shops = [order.shop for order in orders.distinct("shop_id").select_related("shop")]
        asked = [shop for shop in shops if abilities_of(shop).receipts_told is ReceiptsTold.ASKED]
        of_env = Q(order__shop__isnull=True) if None in asked else Q()
        late = late.filter(Q(order__shop__in=[shop for shop in asked if shop is not None]) | of_env)
        # Locked first: one that the accountant closes at this moment is closed, and is left out.
        standing = list(late.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
        # One the bank refused is asked about as well: it may have been made since.
        asking = BankReceiptTold.objects.filter(pk__in=standing)
        count = asking.update(looks=0, next_at=now, word=ToldState.PENDING.value)
        if count:
            journal.record(
                by=by,
                action="payments.receipts.asked",
                subject="receipts",
                subject_id="bank",
                now=now,
                after={"count": count},
            )
    return count


def close_bank_receipt(*, order_public_id: str, document: str, why: str, by: Actor, now: datetime) -> None:
    """Let the accountant end a late receipt by the ``document`` that stands for it, with the reason.

    The bank is asked about it no more, whoever makes the receipts of its shop by now.

    :raises BankReceiptConflict: it is not late, was made or closed; no document, no reason
    """
    document, why = document.strip(), why.strip()
    if not 0 < len(document) <= LONGEST_DOCUMENT:
        raise BankReceiptConflict(BankReceiptReason.DOCUMENT, field="document")
    if not 0 < len(why) <= LONGEST_WHY:
        raise BankReceiptConflict(BankReceiptReason.WHY, field="reason")
    with use_case():
        row = (
            BankReceiptTold.objects.select_for_update(of=("self",))
            .filter(order__public_id=order_public_id, kind=DueKind.PAID.value, owed_at__lt=now - TOLD_LATE)
            .first()
        )
        if row is None or row.word in OVER:
            raise BankReceiptConflict(BankReceiptReason.OVER)
        before = row.word
        row.word, row.next_at = ToldState.CLOSED.value, None
        row.closing_document, row.closing_reason = document, why
        row.save(update_fields=["word", "next_at", "closing_document", "closing_reason"])
        journal.record(
            by=by,
            action="payments.receipt.closed",
            subject="order",
            subject_id=order_public_id,
            now=now,
            before={"state": before},
            after={"state": row.word, "document": document, "reason": why},
        )


def _look_again(key: int, *, now: datetime, unanswered: bool) -> None:
    row = BankReceiptTold.objects.select_for_update().get(pk=key)
    if row.word == ToldState.CLOSED:
        return
    # While the bank is silent nothing was looked at; after a day of it a person is told all the same.
    row.looks += not (unanswered and now - row.owed_at < ASKED_FOR)
    wait = next_look(row.looks)
    row.next_at = now + wait if wait else None
    row.save(update_fields=["looks", "next_at"])


def _row(
    order: Order,
    kind: DueKind,
    name: str,
    *,
    now: datetime,
    next_at: datetime | None = None,
    money: Money | None = None,
) -> BankReceiptTold:
    taken = money or Money(order.taken_kopecks or order.total.kopecks)
    row, _fresh = BankReceiptTold.objects.select_for_update(of=("self",)).get_or_create(
        name=name,
        defaults={
            "kind": kind.value,
            "order": order,
            "kopecks": taken.kopecks,
            "at": order.paid_at or now,
            "owed_at": now,
            "next_at": next_at,
        },
    )
    return row
