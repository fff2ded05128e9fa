"""Promises to pay: a day by which what an account owes is paid."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import Field

from svet.api.resources.accounts import note_stranger
from svet.api.shell.idempotency import Keep, once_inside
from svet.api.shell.identity import AUTH, allowed
from svet.api.shell.problems import not_found
from svet.api.shell.schemas import Body, Day, ProblemOut
from svet.api.shell.shapes import Shape
from svet.arrangements.operations import promise_payment, recall_promise
from svet.arrangements.queries import promise_offer
from svet.arrangements.rules import PromiseView
from svet.arrangements.texts import why_not
from svet.kernel.actors import Actor
from svet.kernel.refusals import NotFound
from svet.people.rules import Scope

router = Router(tags=["Payments"], auth=AUTH)
FAILS = {400: ProblemOut, 404: ProblemOut, 409: ProblemOut, 422: ProblemOut}


class PromiseIn(Body):
    """By which day of the supplier what is owed now will be paid."""

    until: Day


class PromiseWithdrawIn(Body):
    """Which promise."""

    promise: Annotated[str, Field(max_length=40)]


class PromiseOut(Shape):
    """``state``: ``open``, ``kept``, ``broken``, ``dropped`` or ``recalled`` by whoever made it.

    Judged by the days payments count for.
    """

    id: str
    state: str
    amount_kopecks: int
    made_on: date
    until: date
    paid_on: date | None


class PromisesOut(Shape):
    """Whether a promise may be made; ``note`` says why not."""

    owed_kopecks: int
    may: bool
    note: str
    last_day: Annotated[date, Field(description="the last day that may be promised today")]
    promises: list[PromiseOut]


@router.get(
    "/accounts/{account_id}/promises",
    response={200: PromisesOut, 404: ProblemOut},
    summary="Promises to pay of an account",
)
def promises(request: HttpRequest, account_id: str) -> dict[str, Any]:
    """What stands, what became of earlier ones, and whether another may be made."""
    caller = allowed(request, Scope.PAYMENTS_READ)
    try:
        return _out(caller.actor, account_id)
    except NotFound:
        note_stranger(caller, "api.account_not_found", account_id)
        raise not_found() from None


@router.post(
    "/accounts/{account_id}/promises", response={201: PromisesOut, **FAILS}, summary="Promise to pay by a day"
)
def promise(request: HttpRequest, account_id: str, payload: PromiseIn) -> Status[Any]:
    """Nobody is reminded of the debt before that day, and the caller's own autopay waits for it.

    Penalties go on by law. One stands at a time.
    """
    caller = allowed(request, Scope.PAYMENTS_WRITE)
    now = timezone.now()

    def act(key: str, keep: Keep) -> None:
        promise_payment(
            by=caller.actor,
            account_public_id=account_id,
            until=payload.until,
            now=now,
            along=lambda: keep(201, _out(caller.actor, account_id)),
        )

    try:
        return once_inside(request, actor=caller.actor, now=now, act=act)
    except NotFound:
        note_stranger(caller, "api.account_not_found", account_id)
        raise not_found() from None


@router.post(
    "/accounts/{account_id}/promises/withdraw",
    response={200: PromisesOut, **FAILS},
    summary="Take a promise back",
)
def withdraw(request: HttpRequest, account_id: str, payload: PromiseWithdrawIn) -> Status[Any]:
    """The caller's own, until its day is over; on its own day free once in a pause, else it follows."""
    caller = allowed(request, Scope.PAYMENTS_WRITE)
    now = timezone.now()

    def act(key: str, keep: Keep) -> None:
        recall_promise(
            by=caller.actor,
            account_public_id=account_id,
            promise_public_id=payload.promise,
            now=now,
            along=lambda: keep(200, _out(caller.actor, account_id)),
        )

    try:
        return once_inside(request, actor=caller.actor, now=now, act=act)
    except NotFound:
        note_stranger(caller, "api.account_not_found", account_id)
        raise not_found() from None


def _out(actor: Actor, account_id: str) -> dict[str, Any]:
    offer = promise_offer(actor, account_public_id=account_id, now=timezone.now())
    standing = [offer.standing] if offer.standing else []
    return {
        "owed_kopecks": max(offer.balance.kopecks, 0),
        "may": offer.why is None,
        "note": why_not(offer),
        "last_day": offer.last_on.isoformat(),
        "promises": [_one(each) for each in (*standing, *offer.past)],
    }


def _one(each: PromiseView) -> dict[str, Any]:
    return {
        "id": each.public_id,
        "state": each.state.value,
        "amount_kopecks": each.money.kopecks,
        "made_on": each.made_on.isoformat(),
        "until": each.until_on.isoformat(),
        "paid_on": each.paid_on.isoformat() if each.paid_on else None,
    }
