"""A member's decision that needs the bank's word: a job makes it, the desk waits for what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from svet.kernel.actors import Actor
from svet.kernel.refusals import Refused
from svet.kernel.transactions import use_case
from svet.payments.models import BankErrand, Callback, Order
from svet.payments.operations.errands import ask_errand, end_errand, wait_for
from svet.payments.operations.reviewing import (
    OrderReviewRefused,
    ReviewConflict,
    ReviewNotFound,
    judge_comment,
)
from svet.payments.operations.sending import BankUnavailable
from svet.payments.rules.errands import ErrandKind
from svet.payments.rules.refusals import BankReasonText, OrderReviewReason

_REFUSALS: Final[Mapping[str, tuple[type[Refused], type[OrderReviewReason] | type[BankReasonText]]]] = {
    "OrderReviewRefused": (OrderReviewRefused, OrderReviewReason),
    "ReviewConflict": (ReviewConflict, OrderReviewReason),
    "ReviewNotFound": (ReviewNotFound, OrderReviewReason),
    "BankUnavailable": (BankUnavailable, BankReasonText),
}


def decide_order(kind: ErrandKind, *, order_public_id: str, by: Actor, now: datetime, comment: str) -> None:
    """Credit an order in review, send it back or close it, as ``kind`` says.

    Whoever is told that the bank does not answer is told the truth: what is decided after that is not done.
    Nobody is told so of a refund that is kept: it is on its way, and asked for again until the bank answers.

    :raises OrderReviewRefused: :raises ReviewConflict: :raises ReviewNotFound: :raises BankUnavailable: as
        :func:`~svet.payments.operations.reviewing.credit_reviewed` and its neighbours
    """
    order_id = Order.objects.filter(public_id=order_public_id).values_list("pk", flat=True).first()
    _decide(kind, {"order_id": order_id}, by=by, now=now, comment=comment)


def decide_callback(*, callback_id: int, by: Actor, now: datetime, comment: str) -> None:
    """Close an open callback. :raises: as :func:`~svet.payments.operations.reviewing.close_callback`"""
    known = Callback.objects.filter(pk=callback_id).values_list("pk", flat=True).first()
    _decide(ErrandKind.CLOSE, {"callback_id": known}, by=by, now=now, comment=comment)


def _decide(
    kind: ErrandKind, subject: dict[str, int | None], *, by: Actor, now: datetime, comment: str
) -> None:
    said = judge_comment(by, comment)
    if None in subject.values():
        raise ReviewNotFound(OrderReviewReason.NOT_FOUND)
    with use_case():
        errand_id = ask_errand(kind, **subject, by=by, comment=said, now=now)
    ended, given_up = None, False
    try:
        ended = wait_for(errand_id, now=now)
    finally:
        # Also when waiting breaks: what the member has not been told of is not done either.
        if ended is None:
            given_up = end_errand(errand_id, now=now)
    ended = ended or BankErrand.objects.get(pk=errand_id)
    if ended.said.get("kept") and ended.refused.get("kind") != OrderReviewRefused.__name__:
        # A refund that is kept is on its way, whatever the bank has said so far; the janitor repeats it.
        return
    if given_up:
        raise BankUnavailable(BankReasonText.BANK_SILENT, details={"code": "late"})
    if ended.refused:
        raise _told(ended.refused)


def _told(refused: Mapping[str, Any]) -> Exception:
    """The refusal a job has written down."""
    if "late" in refused:
        return BankUnavailable(BankReasonText.BANK_SILENT, details={"code": "late"})
    if "kind" not in refused:
        return RuntimeError("the job of a decision ended with a fault: see its log")
    kind, reasons = _REFUSALS[refused["kind"]]
    return kind(reasons(refused["reason"]), field=refused["field"], details=refused["details"])
