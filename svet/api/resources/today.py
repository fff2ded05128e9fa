"""What the day asks of the caller: the same sentence and tasks as «Сегодня»; «Простой вид»."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import StrictInt

from svet.accounts import operations
from svet.api.resources.accounts import ids_of, note_stranger
from svet.api.shell.idempotency import once
from svet.api.shell.identity import AUTH, allowed
from svet.api.shell.problems import not_found
from svet.api.shell.schemas import Body, ProblemOut, PublicId, TodayOut
from svet.api.shell.shapes import Shape
from svet.kernel.refusals import NotFound
from svet.people import queries as people
from svet.people.rules import Scope
from svet.today import operations as help_reminders
from svet.today import texts
from svet.today.queries import day_of, wish_of
from svet.today.rules import DayPlan, Duty, PlannedCharge

router = Router(tags=["Accounts"], auth=AUTH)
FAILS = {400: ProblemOut, 404: ProblemOut, 409: ProblemOut, 422: ProblemOut}


class SimpleViewIn(Body):
    """The account to show; null brings the usual cabinet back."""

    account_id: PublicId | None


class SimpleViewOut(Shape):
    """``account_id`` null: the usual cabinet; ``decided``: by the caller, so nobody close may any more."""

    account_id: str | None
    decided: bool


class HelpReminderIn(Body):
    """1, 2, 3, 5 or 7 days before; null ends it."""

    days: StrictInt | None


class HelpReminderOut(Shape):
    """``days`` null: the caller is not reminded."""

    days: int | None


@router.get("/today", response={200: TodayOut}, summary="What the day asks")
def today(request: HttpRequest) -> dict[str, Any]:
    """One sentence and the tasks in the order of their days, the one the sentence speaks of first.

    ``state``: ``new`` without accounts, ``overdue``, ``due``, ``transit``, ``readings``, ``calm``. ``owed``
    is what the caller may pay beyond the money on its way, ``overdue`` the part of it whose day has passed.
    """
    caller = allowed(request, Scope.ACCOUNTS_READ)
    now = timezone.now()
    day = day_of(caller.actor, now=now, local_today=timezone.localdate(now))
    return {
        "state": day.state.value,
        "sentence": texts.headline(day),
        "notes": list(texts.notes(day)),
        "owed_kopecks": day.owed.kopecks,
        "overdue_kopecks": day.late.kopecks,
        "overdue_since": day.late_since,
        "free_until": day.free_until,
        "due_on": day.due_on,
        "in_transit_kopecks": day.transit.kopecks,
        "planned_charges": [_planned(each) for each in day.planned],
        "promised": [
            {"account_id": each.account_public_id, "until": each.until, "amount_kopecks": each.money.kopecks}
            for each in day.promised
        ],
        "instalments": [{"account_id": each.account_public_id, "note": each.words} for each in day.plans],
        "tasks": [_task(duty, day) for duty in day.all_duties],
    }


@router.get(
    "/accounts/{account_id}/reminder",
    response={200: HelpReminderOut, 404: ProblemOut},
    summary="My reminder of an account opened to me",
)
def reminder(request: HttpRequest, account_id: str) -> dict[str, Any]:
    """How many days before its window closes or its bill is due the caller is told."""
    caller = allowed(request, Scope.ACCOUNTS_READ)
    (key,) = ids_of(caller, account_id)
    return {"days": wish_of(caller.actor, account_id=key)}


@router.post(
    "/accounts/{account_id}/reminder",
    response={200: HelpReminderOut, **FAILS},
    summary="Remind me of an account opened to me",
)
def ask_reminder(request: HttpRequest, account_id: str, payload: HelpReminderIn) -> Status[Any]:
    """Of what the caller may do there. It ends with the right; 422 for an account of one's own."""
    caller = allowed(request, Scope.CABINET_WRITE)
    (key,) = ids_of(caller, account_id)
    now = timezone.now()

    def act(_key: str) -> tuple[int, dict[str, Any]]:
        if payload.days is None:
            help_reminders.end_help_reminders(by=caller.actor, account_public_id=account_id, now=now)
        else:
            help_reminders.ask_for_help_reminders(
                by=caller.actor, account_public_id=account_id, days=payload.days, now=now
            )
        return 200, {"days": wish_of(caller.actor, account_id=key)}

    return once(request, actor=caller.actor, now=now, act=act)


@router.get("/simple-view", response={200: SimpleViewOut}, summary="The simple view")
def simple_view(request: HttpRequest) -> dict[str, Any]:
    """Which one account the caller's cabinet opens with, by two large buttons."""
    return _simple(allowed(request, Scope.ACCOUNTS_READ).person.person_id)


@router.post("/simple-view", response={200: SimpleViewOut, **FAILS}, summary="Turn the simple view on or off")
def choose_simple_view(request: HttpRequest, payload: SimpleViewIn) -> Status[Any]:
    """The caller's own word, after which nobody else turns it on; 404 for an account that is not theirs."""
    caller = allowed(request, Scope.CABINET_WRITE)
    now = timezone.now()

    def act(key: str) -> tuple[int, dict[str, Any]]:
        if payload.account_id is None:
            operations.turn_off_simple_view(by=caller.actor, now=now)
        else:
            operations.turn_on_simple_view(by=caller.actor, account_public_id=payload.account_id, now=now)
        return 200, _simple(caller.person.person_id)

    try:
        return once(request, actor=caller.actor, now=now, act=act)
    except NotFound:
        note_stranger(caller, "api.account_not_found", payload.account_id or "")
        raise not_found() from None


def _simple(person_id: int) -> dict[str, Any]:
    person = people.person(person_id)
    return {"account_id": person.simple_account or None, "decided": person.simple_decided_at is not None}


def _planned(each: PlannedCharge) -> dict[str, Any]:
    return {
        "autopay_id": each.public_id,
        "on": each.on,
        "amount_kopecks": each.money.kopecks,
        "card": each.card,
        "told": each.told,
    }


def _task(duty: Duty, day: DayPlan) -> dict[str, Any]:
    return {
        "kind": duty.kind.value,
        "title": texts.duty_title(duty, today=day.today),
        "note": texts.duty_note(duty, today=day.today),
        "on": duty.on,
        "count": duty.count,
        "amount_kopecks": duty.money.kopecks or None,
        "id": duty.place.ids[0] if duty.place.ids else "",
    }
