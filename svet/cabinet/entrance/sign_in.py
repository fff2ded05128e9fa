"""The way in: after the password, and before the session opens, comes the second step of those who have one.

Every page that signs somebody in goes through ``admit``. Until the second step is taken the browser holds
only a note of whose step it is; the note dies after ten minutes, and with any change of the password.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import urlencode

from svet.cabinet.shell.session import (
    AGREEMENTS_DUE,
    SECOND_STEP_HOME,
    device_cookie,
    now_of,
    open_session,
    safe_next,
)
from svet.people import operations as people
from svet.people import queries
from svet.people.queries import factors
from svet.people.rules.factors import STEP_LIFE

SECOND_STEP = "/entrance/second-factor/"
_HALF = "half_way"


def begin_session_or_ask_second_factor(request: HttpRequest, *, person_id: int, target: str) -> HttpResponse:
    """Sign the person in, or ask for the second step first."""
    now = now_of(request)
    if not factors.asks_second_step(person_id=person_id, device_cookie=device_cookie(request), now=now):
        return finish_sign_in(request, person_id=person_id, target=target)
    # A fresh key: whoever planted the old one must not watch the second step.
    # Whoever is signed in here already stays so under that key, and stays on the list of their devices.
    before = request.session.session_key or ""
    request.session.cycle_key()
    people.move_session(before=before, after=request.session.session_key or "")
    request.session[_HALF] = {
        "person": person_id,
        "seal": next(iter(queries.session_seals(person_id)), ""),
        "at": now.timestamp(),
        "next": target,
    }
    return redirect(SECOND_STEP)


def pending_second_factor(request: HttpRequest) -> tuple[int, str] | None:
    """Whose second step this browser has to take and where they go then, or nothing."""
    note: dict[str, Any] | None = request.session.get(_HALF)
    if note is None:
        return None
    seals = queries.session_seals(note["person"])
    late = now_of(request).timestamp() - note["at"] > STEP_LIFE.total_seconds()
    if late or not any(constant_time_compare(seal, note["seal"]) for seal in seals):
        request.session.pop(_HALF, None)
        return None
    return int(note["person"]), safe_next(request, note["next"])


def finish_sign_in(request: HttpRequest, *, person_id: int, target: str) -> HttpResponse:
    """Open the session; newer agreements, then a second step that everybody needs, come first."""
    if factors.lacks_second_step(person_id=person_id):
        target = SECOND_STEP_HOME
    due = queries.agreements_due(person_id=person_id, today=timezone.localdate(now_of(request)))
    where = f"/entrance/agreements/?{urlencode({'next': target})}" if due else target
    response = redirect(where)
    open_session(request, response, person_id=person_id)
    if due:
        request.session[AGREEMENTS_DUE] = True
    return response
