"""A payment to a wrong account of one's own: what of it may be moved, and moving it."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import Field, StrictStr

from svet.api.resources.accounts import note_stranger
from svet.api.shell.idempotency import Keep, once_inside
from svet.api.shell.identity import AUTH, allowed
from svet.api.shell.problems import not_found
from svet.api.shell.schemas import Body, Kopecks, ProblemOut, PublicId
from svet.api.shell.shapes import Shape
from svet.kernel.actors import Actor
from svet.kernel.refusals import NotFound
from svet.payments.operations.moving_over import move_over, offer_move
from svet.payments.texts.misdirected import move_reason
from svet.people.rules import Scope

router = Router(tags=["Payments"], auth=AUTH)
FAILS = {400: ProblemOut, 404: ProblemOut, 409: ProblemOut, 422: ProblemOut}


class MoveIn(Body):
    """From which account of the payment to which other one; ``shown`` is that of the offer."""

    from_account_id: PublicId
    to_account_id: PublicId
    amount_kopecks: Kopecks
    shown: Annotated[StrictStr, Field(max_length=64)]


class MoveLineOut(Shape):
    """What is left of the payment on one account, and what of it is moved at once."""

    account_id: str
    account_number: str
    left_kopecks: int
    at_once_kopecks: int


class MoveOfferOut(Shape):
    """What may be moved; ``note`` says why nothing. Above ``at_once_kopecks`` a member of staff signs."""

    lines: list[MoveLineOut]
    note: str
    shown: str


@router.get(
    "/payments/{payment_id}/move", response={200: MoveOfferOut, 404: ProblemOut}, summary="What may be moved"
)
def offer(request: HttpRequest, payment_id: str) -> dict[str, Any]:
    """What of the caller's own payment may go to another account that they may pay for."""
    caller = allowed(request, Scope.PAYMENTS_READ)
    try:
        return _offer(caller.actor, payment_id)
    except NotFound:
        note_stranger(caller, "api.payment_not_found", payment_id)
        raise not_found() from None


@router.post(
    "/payments/{payment_id}/move",
    response={201: MoveOfferOut, 202: MoveOfferOut, **FAILS},
    summary="Move a payment to another account",
)
def move(request: HttpRequest, payment_id: str, payload: MoveIn) -> Status[Any]:
    """201: it is moved. 202: it would leave a debt, so it waits for a member of staff. 409: look again."""
    caller = allowed(request, Scope.PAYMENTS_WRITE)
    now = timezone.now()

    def act(key: str, keep: Keep) -> None:
        move_over(
            by=caller.actor,
            order_public_id=payment_id,
            from_=payload.from_account_id,
            to=payload.to_account_id,
            kopecks=payload.amount_kopecks,
            shown=payload.shown,
            now=now,
            along=lambda waits: keep(202 if waits else 201, _offer(caller.actor, payment_id)),
        )

    try:
        return once_inside(request, actor=caller.actor, now=now, act=act)
    except NotFound:
        note_stranger(caller, "api.payment_not_found", payment_id)
        raise not_found() from None


def _offer(actor: Actor, payment_id: str) -> dict[str, Any]:
    found = offer_move(by=actor, order_public_id=payment_id)
    return {
        "lines": [
            {
                "account_id": line.account_public_id,
                "account_number": line.account_number,
                "left_kopecks": line.left.kopecks,
                "at_once_kopecks": line.at_once.kopecks,
            }
            for line in found.lines
        ],
        "note": move_reason(found.why) if found.why else "",
        "shown": found.shown,
    }
