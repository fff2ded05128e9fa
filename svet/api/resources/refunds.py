"""An overpayment back to the card that paid it: what may be had, and asking for it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from svet.api.resources.accounts import note_stranger
from svet.api.resources.payment_schemas import RefundIn, RefundOfferOut
from svet.api.shell.idempotency import Keep, once_inside
from svet.api.shell.identity import AUTH, allowed
from svet.api.shell.problems import not_found
from svet.api.shell.schemas import ProblemOut
from svet.kernel.actors import Actor
from svet.kernel.refusals import NotFound
from svet.payments.operations.asking_back import ask_back, offer_back
from svet.payments.texts.overpaid import back_reason
from svet.people.rules import Scope

router = Router(tags=["Payments"], auth=AUTH)
FAILS = {400: ProblemOut, 404: ProblemOut, 409: ProblemOut, 422: ProblemOut}


@router.get(
    "/payments/{payment_id}/refund",
    response={200: RefundOfferOut, 404: ProblemOut},
    summary="What may be had back",
)
def offer(request: HttpRequest, payment_id: str) -> dict[str, Any]:
    """What of the caller's own payment is overpaid and may go back to the card it came from."""
    caller = allowed(request, Scope.PAYMENTS_READ)
    try:
        return _offer(caller.actor, payment_id)
    except NotFound:
        note_stranger(caller, "api.payment_not_found", payment_id)
        raise not_found() from None


@router.post(
    "/payments/{payment_id}/refund",
    response={201: RefundOfferOut, **FAILS},
    summary="Ask for an overpayment back",
)
def ask(request: HttpRequest, payment_id: str, payload: RefundIn) -> Status[Any]:
    """Ask for sums of the offer: they are on their way at once, or wait for two signatures.

    409 ``back_changed`` when an account or the payment has moved since the offer: show the new one.
    """
    caller = allowed(request, Scope.PAYMENTS_WRITE)
    now = timezone.now()

    def act(key: str, keep: Keep) -> None:
        lines: dict[str, int] = {}
        for line in payload.lines:
            lines[line.account_id] = lines.get(line.account_id, 0) + line.amount_kopecks
        ask_back(
            by=caller.actor,
            order_public_id=payment_id,
            lines=lines,
            shown=payload.shown,
            now=now,
            along=lambda waits: keep(201, _offer(caller.actor, payment_id)),
        )

    try:
        return once_inside(request, actor=caller.actor, now=now, act=act)
    except NotFound:
        note_stranger(caller, "api.payment_not_found", payment_id)
        raise not_found() from None


def _offer(actor: Actor, payment_id: str) -> dict[str, Any]:
    found = offer_back(by=actor, order_public_id=payment_id, now=timezone.now())
    return {
        "most_kopecks": found.most.kopecks,
        "alone_kopecks": found.alone.kopecks,
        "waiting_kopecks": found.waiting.kopecks,
        "lines": [
            {
                "account_id": line.account_public_id,
                "account_number": line.account_number,
                "most_kopecks": line.most.kopecks,
                "note": back_reason(line.why) if line.why else "",
            }
            for line in found.lines
        ],
        "note": back_reason(found.reason, times=found.terms.times) if found.reason else "",
        "shown": found.shown,
    }
