"""What the day asks of the caller: the same sentence and tasks as «Сегодня»."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from svet.api.shell.identity import AUTH, allowed
from svet.api.shell.schemas import TodayOut
from svet.people.rules import Scope
from svet.today import texts
from svet.today.queries import day_of
from svet.today.rules import DayPlan, Duty, PlannedCharge

router = Router(tags=["Accounts"], auth=AUTH)


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
        "tasks": [_task(duty, day) for duty in day.all_duties],
    }


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
