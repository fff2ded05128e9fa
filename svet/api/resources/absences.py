"""Days away: what will be done about an account's readings meanwhile, and what was done."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import Field

from svet.accounts.queries import AccountNotFound, AccountReason, AccountView, account_for
from svet.accounts.rules import Right
from svet.api.resources.accounts import note_stranger
from svet.api.shell.idempotency import once
from svet.api.shell.identity import AUTH, Caller, allowed
from svet.api.shell.problems import not_found
from svet.api.shell.schemas import Body, Day, ProblemOut
from svet.api.shell.shapes import Shape
from svet.kernel.refusals import NotFound
from svet.metering.operations.absence import begin_absence, end_absence
from svet.metering.queries.absence import AbsenceView, standing_absence, steps_of
from svet.metering.rules.absence import Plan, acting_days
from svet.people.rules import Scope

router = Router(tags=["Readings"], auth=AUTH)
FAILS = {400: ProblemOut, 404: ProblemOut, 409: ProblemOut, 422: ProblemOut, 429: ProblemOut}


class AbsenceIn(Body):
    """``from_on`` and ``until_on`` are local days, both away.

    ``plan``: ``send`` the old values, ``remind`` the caller, ``ask`` those with access to the account.
    """

    from_on: Day
    until_on: Day
    plan: Annotated[Literal["send", "remind", "ask"], Field(examples=["send"])]


class AbsenceStepOut(Shape):
    """What was done for one meter in one window: ``sent``, ``reminded`` or ``stuck``."""

    meter_serial: str
    closes_on: date
    outcome: str
    receipt_number: str
    at: datetime


class AbsenceOut(Shape):
    """``acts_on`` are the days on which something is done."""

    from_on: date
    until_on: date
    plan: str
    acts_on: list[date]
    steps: list[AbsenceStepOut]


class StandingOut(Shape):
    """The absence that stands, or null."""

    absence: AbsenceOut | None


@router.get(
    "/accounts/{account_id}/absence", response={200: StandingOut, 404: ProblemOut}, summary="My days away"
)
def absence(request: HttpRequest, account_id: str) -> dict[str, Any]:
    """The absence that stands, with what was done meanwhile; null when nobody is away."""
    caller = allowed(request, Scope.READINGS_READ, narrows=True)
    account = _account(caller, account_id)
    standing = standing_absence(account_id=account.account_id)
    return {"absence": None if standing is None else _view(standing, account)}


@router.post("/accounts/{account_id}/absence", response={201: AbsenceOut, **FAILS}, summary="Note days away")
def begin(request: HttpRequest, account_id: str, payload: AbsenceIn) -> Status[Any]:
    """Nobody will be at home: the old values are sent, or somebody is reminded, until the last day."""
    caller = allowed(request, Scope.READINGS_WRITE, narrows=True)
    account = _account(caller, account_id)

    def act(key: str) -> tuple[int, dict[str, Any]]:
        made = begin_absence(
            by=caller.actor,
            account_public_id=account_id,
            from_on=payload.from_on,
            until_on=payload.until_on,
            plan=Plan(payload.plan),
            now=timezone.now(),
        )
        return 201, AbsenceOut(**_view(made, account)).model_dump(mode="json")

    return once(request, actor=caller.actor, now=timezone.now(), act=act)


@router.delete(
    "/accounts/{account_id}/absence", response={204: None, 404: ProblemOut}, summary="Back before the day"
)
def end(request: HttpRequest, account_id: str) -> Status[None]:
    """End the absence that stands; nothing happens when none does."""
    caller = allowed(request, Scope.READINGS_WRITE, narrows=True)
    _account(caller, account_id)
    with suppress(NotFound):
        end_absence(by=caller.actor, account_public_id=account_id, now=timezone.now())
    return Status(204, None)


def _account(caller: Caller, account_id: str) -> AccountView:
    try:
        if not caller.opens_account(account_id):
            raise AccountNotFound(AccountReason.NOT_FOUND)
        return account_for(caller.actor, public_id=account_id, right=Right.SUBMIT)
    except AccountNotFound:
        note_stranger(caller, "api.account_not_found", account_id)
        raise not_found() from None


def _view(standing: AbsenceView, account: AccountView) -> dict[str, Any]:
    provider = account.provider
    days = acting_days(
        from_on=standing.from_on,
        until_on=standing.until_on,
        window_from_day=provider.window_from_day,
        window_to_day=provider.window_to_day,
    )
    return {
        "from_on": standing.from_on,
        "until_on": standing.until_on,
        "plan": standing.plan.value,
        "acts_on": list(days),
        "steps": [
            {
                "meter_serial": step.meter_serial,
                "closes_on": step.closes_on,
                "outcome": step.outcome.value,
                "receipt_number": step.receipt_number,
                "at": step.at,
            }
            for step in steps_of(standing.absence_id)
        ],
    }
