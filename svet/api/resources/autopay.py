"""Autopay: terms, the person's yes, pausing, ending, skipping; what is charged when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import Field, StrictInt

from svet.api.resources.accounts import note_stranger
from svet.api.shell.idempotency import once
from svet.api.shell.identity import AUTH, allowed
from svet.api.shell.problems import not_found
from svet.api.shell.schemas import Body, Kopecks, ProblemOut, PublicId
from svet.api.shell.shapes import Shape
from svet.autopay import operations, queries, texts
from svet.autopay.queries import AutopayView
from svet.autopay.rules import TurnView
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.refusals import NotFound
from svet.people.rules import Scope

router = Router(tags=["Payments"], auth=AUTH)
FAILS = {400: ProblemOut, 404: ProblemOut, 409: ProblemOut, 422: ProblemOut}
_ACTS: dict[str, Callable[..., None]] = {
    "confirm": operations.confirm,
    "pause": operations.pause,
    "resume": operations.resume,
    "end": operations.end,
}


class AutopayIn(Body):
    """One of ``day_of_month`` and ``days_after_bill``; without a limit all that is owed is taken."""

    account_id: PublicId
    card_id: PublicId
    limit_kopecks: Kopecks | None = None
    day_of_month: StrictInt | None = None
    days_after_bill: StrictInt | None = None


class AutopayActIn(Body):
    """``confirm`` is the payer's yes to an offer; ``skip`` names the charge that was told."""

    action: Literal["confirm", "pause", "resume", "end", "skip"]
    charge_id: PublicId = ""


class AutopayChargeOut(Shape):
    """``told``, ``charging``, ``again``, ``paid``, ``nothing``, ``skipped``, ``failed`` or ``stopped``."""

    id: str
    month: str
    state: str
    note: str
    on: date
    told_at: datetime
    told_kopecks: int
    charged_kopecks: int
    payment_id: str


class AutopayNextOut(Shape):
    """``charge_id`` is empty before the payer was told: then it is what is owed today."""

    on: date
    amount_kopecks: Annotated[
        int, Field(description="by the debt of now; of a told charge what is left of it, perhaps 0")
    ]
    charge_id: str


class AutopayOut(Shape):
    """``state``: ``offered``, ``active``, ``paused``, ``ended``; ``cause`` and ``note`` say why."""

    id: str
    account_id: str
    card_id: Annotated[str, Field(description="empty when the card is not bound any more")]
    card: str
    state: str
    cause: str
    note: str
    limit_kopecks: int | None
    day_of_month: int | None
    days_after_bill: int | None
    made_at: datetime
    next: AutopayNextOut | None
    charges: list[AutopayChargeOut]


@router.get("/autopay", response={200: list[AutopayOut]}, summary="My autopay")
def autopay(request: HttpRequest) -> list[dict[str, Any]]:
    """The caller's agreements, those that stand first; nothing is charged that was not told a day before."""
    caller = allowed(request, Scope.PAYMENTS_READ)
    return [
        _out(one) for one in queries.agreements(person_id=caller.actor.person_id or 0, now=timezone.now())
    ]


@router.get("/autopay/{autopay_id}", response={200: AutopayOut, 404: ProblemOut}, summary="One autopay")
def one(request: HttpRequest, autopay_id: str) -> dict[str, Any]:
    """One agreement, an offer too."""
    caller = allowed(request, Scope.PAYMENTS_READ)
    try:
        return _one(caller.actor, autopay_id)
    except NotFound:
        note_stranger(caller, "api.autopay_not_found", autopay_id)
        raise not_found() from None


@router.post("/autopay", response={201: AutopayOut, **FAILS}, summary="Choose the terms of an autopay")
def offer(request: HttpRequest, payload: AutopayIn) -> Status[Any]:
    """Keep terms as an offer: nothing is charged before ``confirm``."""
    caller = allowed(request, Scope.PAYMENTS_WRITE)
    now = timezone.now()

    def act(key: str) -> tuple[int, dict[str, Any]]:
        limit = None if payload.limit_kopecks is None else Money(payload.limit_kopecks)
        wanted = operations.OfferRequest(
            account=payload.account_id,
            card=payload.card_id,
            ceiling=limit,
            day_of_month=payload.day_of_month,
            days_after_bill=payload.days_after_bill,
        )
        try:
            public_id = operations.offer(by=caller.actor, wanted=wanted, now=now)
        except NotFound:
            note_stranger(caller, "api.autopay_not_found", payload.account_id)
            raise not_found() from None
        return 201, _one(caller.actor, public_id)

    return once(request, actor=caller.actor, now=now, act=act)


@router.post("/autopay/{autopay_id}", response={200: AutopayOut, **FAILS}, summary="Decide about an autopay")
def decide(request: HttpRequest, autopay_id: str, payload: AutopayActIn) -> Status[Any]:
    """Confirm, pause, resume, end; or skip the charge that was told. The same again is no harm."""
    caller = allowed(request, Scope.PAYMENTS_WRITE)
    now = timezone.now()

    def act(key: str) -> tuple[int, dict[str, Any]]:
        try:
            if payload.action == "skip":
                operations.skip(
                    by=caller.actor, public_id=autopay_id, turn_public_id=payload.charge_id, now=now
                )
            else:
                _ACTS[payload.action](by=caller.actor, public_id=autopay_id, now=now)
        except NotFound:
            note_stranger(caller, "api.autopay_not_found", autopay_id)
            raise not_found() from None
        return 200, _one(caller.actor, autopay_id)

    return once(request, actor=caller.actor, now=now, act=act)


def _one(actor: Actor, public_id: str) -> dict[str, Any]:
    known = queries.agreement(person_id=actor.person_id or 0, public_id=public_id, now=timezone.now())
    return _out(known)


def _out(row: AutopayView) -> dict[str, Any]:
    following = row.next
    return {
        "id": row.public_id,
        "account_id": row.account_public_id,
        "card_id": row.card.public_id if row.card_bound else "",
        "card": row.card.title,
        "state": row.state.value,
        "cause": row.cause.value if row.cause else "",
        "note": texts.cause_note(row.state, row.cause, sbp=row.card.is_sbp),
        "limit_kopecks": row.terms.ceiling.kopecks if row.terms.ceiling is not None else None,
        "day_of_month": row.terms.day_of_month,
        "days_after_bill": row.terms.days_after_bill,
        "made_at": row.made_at.isoformat(),
        "next": None
        if following is None
        else {
            "on": following.on.isoformat(),
            "amount_kopecks": following.left.kopecks,
            "charge_id": following.turn.public_id if following.turn else "",
        },
        "charges": [_charge(turn) for turn in row.turns],
    }


def _charge(turn: TurnView) -> dict[str, Any]:
    return {
        "id": turn.public_id,
        "month": str(turn.month),
        "state": turn.state.value,
        "note": texts.turn_line(turn),
        "on": turn.on.isoformat(),
        "told_at": turn.told_at.isoformat(),
        "told_kopecks": turn.told.kopecks,
        "charged_kopecks": turn.charged.kopecks,
        "payment_id": turn.order,
    }
