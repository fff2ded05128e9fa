"""Instalments: a debt that is paid in monthly parts."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import Field, StrictInt

from svet.api.resources.accounts import note_stranger
from svet.api.shell.idempotency import Keep, once_inside
from svet.api.shell.identity import AUTH, Caller, allowed
from svet.api.shell.problems import not_found
from svet.api.shell.schemas import Body, ProblemOut
from svet.api.shell.shapes import Shape
from svet.arrangements.operations.plans import agree_on_plan, withdraw_plan
from svet.arrangements.queries.offering import instalment_offer
from svet.arrangements.rules.plans import InstalmentPartView
from svet.arrangements.rules.views import InstalmentView
from svet.arrangements.texts.plans import why_no_plan_words
from svet.kernel.actors import Actor
from svet.kernel.refusals import NotFound
from svet.people.rules import Scope

router = Router(tags=["Payments"], auth=AUTH)
FAILS = {400: ProblemOut, 404: ProblemOut, 409: ProblemOut, 422: ProblemOut}


class InstalmentsIn(Body):
    """In how many monthly parts; ``shown`` as it was told with the days and sums."""

    months: StrictInt
    shown: Annotated[str, Field(max_length=40)]


class InstalmentWithdrawIn(Body):
    """Which plan, and the ``state`` it was seen in: a request that was signed meanwhile is not given up."""

    plan: Annotated[str, Field(max_length=40)]
    state: Annotated[str, Field(max_length=10, examples=["standing"])]


class InstalmentPartOut(Shape):
    """One part: by which day how much."""

    no: int
    due_on: date
    amount_kopecks: int


class InstalmentChoiceOut(Shape):
    """What a number of months comes to."""

    months: int
    parts: list[InstalmentPartOut]


class InstalmentPlanOut(Shape):
    """``state``: ``waiting``, ``standing``, ``paid``, ``broken``, ``withdrawn``, ``refused`` or ``ended``.

    ``ask_kopecks`` is what lacks by ``ask_on``: the next part and the bills until its day.
    """

    id: str
    state: str
    amount_kopecks: int
    made_on: date
    done: int
    ask_kopecks: int
    ask_on: date | None
    parts: list[InstalmentPartOut]


class InstalmentsOut(Shape):
    """Whether there may be instalments; ``note`` says why not. ``signed``: two members sign them first."""

    owed_kopecks: int
    may: bool
    note: str
    signed: bool
    shown: str
    choices: list[InstalmentChoiceOut]
    plans: list[InstalmentPlanOut]


@router.get(
    "/accounts/{account_id}/instalments",
    response={200: InstalmentsOut, 404: ProblemOut},
    summary="Instalments of an account",
)
def instalments(request: HttpRequest, account_id: str) -> dict[str, Any]:
    """What stands, what became of earlier plans, and what may be agreed on, with all its days and sums."""
    caller = allowed(request, Scope.PAYMENTS_READ)
    try:
        return _out(caller.actor, account_id)
    except NotFound:
        raise _stranger(caller, account_id) from None


@router.post(
    "/accounts/{account_id}/instalments",
    response={201: InstalmentsOut, **FAILS},
    summary="Agree to pay in monthly parts",
)
def agree(request: HttpRequest, account_id: str, payload: InstalmentsIn) -> Status[Any]:
    """Only what was shown is agreed on: another debt or day by now is 409 ``plan_changed``.

    New bills are paid besides, by the same days; penalties go on by law. Above a limit the plan waits for two
    members of the staff.
    """
    caller = allowed(request, Scope.PAYMENTS_WRITE)
    now = timezone.now()

    def act(key: str, keep: Keep) -> None:
        agree_on_plan(
            by=caller.actor,
            account_public_id=account_id,
            months=payload.months,
            shown=payload.shown,
            now=now,
            along=lambda waits: keep(201, _out(caller.actor, account_id)),
        )

    try:
        return once_inside(request, actor=caller.actor, now=now, act=act)
    except NotFound:
        raise _stranger(caller, account_id) from None


@router.post(
    "/accounts/{account_id}/instalments/withdraw",
    response={200: InstalmentsOut, **FAILS},
    summary="Give instalments up",
)
def withdraw(request: HttpRequest, account_id: str, payload: InstalmentWithdrawIn) -> Status[Any]:
    """Take back a request that waits, or give up a plan that stands: all is due then, with a pause."""
    caller = allowed(request, Scope.PAYMENTS_WRITE)
    now = timezone.now()

    def act(key: str, keep: Keep) -> None:
        withdraw_plan(
            by=caller.actor,
            account_public_id=account_id,
            plan_public_id=payload.plan,
            state=payload.state,
            now=now,
            along=lambda: keep(200, _out(caller.actor, account_id)),
        )

    try:
        return once_inside(request, actor=caller.actor, now=now, act=act)
    except NotFound:
        raise _stranger(caller, account_id) from None


def _stranger(caller: Caller, account_id: str) -> Exception:
    note_stranger(caller, "api.account_not_found", account_id)
    return not_found()


def _out(actor: Actor, account_id: str) -> dict[str, Any]:
    offer = instalment_offer(actor, account_public_id=account_id, now=timezone.now())
    living = [offer.living] if offer.living else []
    return {
        "owed_kopecks": max(offer.balance.kopecks, 0),
        "may": offer.why is None,
        "note": why_no_plan_words(offer),
        "signed": offer.by_two,
        "shown": offer.shown,
        "choices": [
            {"months": months, "parts": [_part(each) for each in parts]}
            for months, parts in offer.choices.items()
        ],
        "plans": [_plan(each) for each in (*living, *offer.past)],
    }


def _plan(each: InstalmentView) -> dict[str, Any]:
    return {
        "id": each.public_id,
        "state": each.state.value,
        "amount_kopecks": each.money.kopecks,
        "made_on": each.made_on.isoformat(),
        "done": each.done,
        "ask_kopecks": each.ask.kopecks,
        "ask_on": each.next.due_on.isoformat() if each.next else None,
        "parts": [_part(part) for part in each.parts],
    }


def _part(part: InstalmentPartView) -> dict[str, Any]:
    return {"no": part.no, "due_on": part.due_on.isoformat(), "amount_kopecks": part.money.kopecks}
