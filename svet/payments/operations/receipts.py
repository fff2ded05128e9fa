"""Fiscal receipts: who makes those of a shop, and the notes of what a till of ours owes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.transactions import require_transaction, use_case
from svet.payments.models import Chargeback, Order, PaymentRefund, ReceiptDue, Shop, ShopReceipts
from svet.payments.operations.shops import FIRST, ShopRefused, abilities_of
from svet.payments.queries.receipts import disputes_unnoted, paid_unnoted, refunds_unnoted
from svet.payments.rules.receipts import DueKind, LostReceipts, ReceiptMaker
from svet.payments.rules.refusals import ShopReason


def choose_maker(
    *, code: str, maker: ReceiptMaker, now: datetime, by: Actor, lost: LostReceipts | None = None
) -> None:
    """Let receipts of new payments by a shop («-»: that of ``SVET_ACQUIRING_URL``) be made by ``maker``.

    Payments made before keep theirs: the bank was given what it was given. ``lost``: what is done about
    disputes that are lost from now on, of payments by this shop whose receipt our till made; none: as before.

    :raises ShopRefused: no such shop; the bank, and that of the shop makes none
    """
    with use_case():
        shop = None if code == FIRST else Shop.objects.filter(code=code.replace("\0", "")).first()
        if shop is None and code != FIRST:
            raise ShopRefused(ShopReason.UNKNOWN, field="code")
        if maker is ReceiptMaker.BANK and not abilities_of(shop).makes_receipts:
            raise ShopRefused(ShopReason.NO_RECEIPTS, field="maker")
        said = {"maker": maker.value} | ({} if lost is None else {"lost": lost.value})
        ShopReceipts.objects.update_or_create(shop=shop, defaults=said)
        journal.record(
            by=by,
            action="payments.shop.receipts",
            subject="shop",
            subject_id=code,
            now=now,
            after=said,
        )


def maker_of(shop: Shop | None) -> ReceiptMaker:
    """Who makes the receipt of a new payment by a shop; the bank is never said to that makes none."""
    found = ShopReceipts.objects.filter(shop=shop).values_list("maker", flat=True).first()
    maker = ReceiptMaker(found) if found else ReceiptMaker.BANK
    if maker is ReceiptMaker.BANK and not abilities_of(shop).makes_receipts:
        return ReceiptMaker.NOBODY
    return maker


def shops_without_receipts() -> list[str]:
    """The codes («-»: ``SVET_ACQUIRING_URL``) of contracts whose bank makes none, with nobody named who does.

    One that is off takes no new payments, so it is not among them.
    """
    on: list[Shop | None] = [None, *Shop.objects.filter(off_at=None).order_by("code")]
    said: dict[int | None, str] = dict(ShopReceipts.objects.values_list("shop_id", "maker"))
    return [
        shop.code if shop else FIRST
        for shop in on
        if said.get(shop.pk if shop else None, ReceiptMaker.BANK) == ReceiptMaker.BANK
        and not abilities_of(shop).makes_receipts
    ]


def owe_receipt(order: Order, *, now: datetime) -> None:
    """Note that a till of ours owes a receipt for a credited payment (a step)."""
    require_transaction()
    if order.receipts == ReceiptMaker.CASHBOX:
        fields = {"kind": DueKind.PAID.value, "order": order, "owed_at": now}
        ReceiptDue.objects.get_or_create(name=order.ledger_key, defaults=fields)


def owe_receipt_back(order: Order, refund: PaymentRefund, *, now: datetime) -> None:
    """Note that a till of ours owes a receipt for money that went back (a step)."""
    require_transaction()
    if order.receipts == ReceiptMaker.CASHBOX:
        fields = {"kind": DueKind.BACK.value, "order": order, "refund": refund, "owed_at": now}
        # By its name in the books: a row's number comes again after a copy that lacked it was put back.
        ReceiptDue.objects.get_or_create(name=refund.ledger_key, defaults=fields)


def owe_receipt_lost(order: Order, dispute: Chargeback, *, now: datetime) -> None:
    """Note that a till of ours owes a receipt for money that went in a lost dispute, or who decides (a step).

    Where nobody makes one the note says so and is taken at once: nothing is owed.
    """
    require_transaction()
    if order.receipts != ReceiptMaker.CASHBOX or not dispute.posted:
        return
    found = ShopReceipts.objects.filter(shop=order.shop).values_list("lost", flat=True).first()
    _owe_lost(dispute, LostReceipts(found or LostReceipts.ASK), now=now)


def _owe_lost(dispute: Chargeback, said: LostReceipts, *, now: datetime) -> None:
    fields = {
        "kind": DueKind.LOST.value,
        "order": dispute.order,
        "dispute": dispute,
        "lost": said.value,
        "owed_at": now,
        "taken_at": now if said is LostReceipts.NOBODY else None,
    }
    ReceiptDue.objects.get_or_create(name=dispute.lost_key, defaults=fields)


def nobody_makes(name: str) -> None:
    """No receipt is owed for a lost dispute, a person has said: as where the supplier says so (a step)."""
    require_transaction()
    asked = ReceiptDue.objects.filter(name=name, lost=LostReceipts.ASK.value)
    asked.update(lost=LostReceipts.NOBODY.value)


def note_missed(*, now: datetime) -> int:
    """Note what was booked without a note; says how many were missing, each in a transaction of its own.

    While a new version starts an old one still works beside it: it knows the maker of a payment's receipt,
    which the new one has written, and not yet the notes. Of what was lost in a dispute a person decides,
    because nobody knows what the supplier had said by then.
    """
    noted = 0
    for order in paid_unnoted():
        with use_case():
            owe_receipt(order, now=now)
        noted += 1
    for refund in refunds_unnoted():
        with use_case():
            owe_receipt_back(refund.order, refund, now=now)
        noted += 1
    for dispute in disputes_unnoted():
        with use_case():
            _owe_lost(dispute, LostReceipts.ASK, now=now)
        noted += 1
    return noted


def take_due(names: Collection[str], *, now: datetime) -> int:
    """The receipts of these notes are made (a step); says of how many nobody else has taken the note."""
    require_transaction()
    return ReceiptDue.objects.filter(name__in=names, taken_at__isnull=True).update(taken_at=now)


def hold_payments(order_ids: Collection[int]) -> frozenset[int]:
    """Let nobody give back, move or dispute money of these payments until the transaction ends (a step).

    Says which there are. In the order of keys, and before any account, as everything locks payments.
    """
    require_transaction()
    rows = Order.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=list(order_ids))
    return frozenset(rows.order_by("pk").values_list("pk", flat=True))
