"""The way in: after the password, and before the session opens, comes the second step of those who have one.

Every page that signs somebody in goes through ``admit``. Until the second step is taken the browser holds
only a note of whose step it is; the note dies after ten minutes, and with any change of the password.
"""

from __future__ import annotations

from datetime import datetime
from ipaddress import ip_address
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare
from django.utils.http import urlencode

from svet.cabinet.shell.session import AGREEMENTS_DUE, device_cookie, now_of, open_session, safe_next
from svet.people import factors, queries
from svet.people.models import Person
from svet.people.operations import Ceremony, Site
from svet.people.rules.factors import STEP_LIFE
from svet.site import queries as site

SECOND_STEP = "/entrance/second-factor/"
_HALF = "half_way"
_CEREMONY = "passkey"


def begin_session_or_ask_second_factor(request: HttpRequest, *, person: Person, target: str) -> HttpResponse:
    """Sign the person in, or ask for the second step first."""
    now = now_of(request)
    if not factors.asks_second_step(person_id=person.pk, device_cookie=device_cookie(request), now=now):
        return finish_sign_in(request, person=person, target=target)
    # A fresh key: whoever planted the old one must not watch the second step.
    request.session.cycle_key()
    request.session[_HALF] = {
        "person": person.pk,
        "seal": person.get_session_auth_hash()[:32],
        "at": now.timestamp(),
        "next": target,
    }
    return redirect(SECOND_STEP)


def pending_second_factor(request: HttpRequest) -> tuple[Person, str] | None:
    """Whose second step this browser has to take and where they go then, or nothing."""
    note: dict[str, Any] | None = request.session.get(_HALF)
    if note is None:
        return None
    person = Person.objects.filter(pk=note["person"], is_active=True, is_staff=False).first()
    late = now_of(request).timestamp() - note["at"] > STEP_LIFE.total_seconds()
    if person is None or late or not constant_time_compare(person.get_session_auth_hash()[:32], note["seal"]):
        request.session.pop(_HALF, None)
        return None
    return person, safe_next(request, note["next"])


def finish_sign_in(request: HttpRequest, *, person: Person, target: str) -> HttpResponse:
    """Open the session; a newer version of an agreement is shown before anything else."""
    due = queries.agreements_due(person_id=person.pk)
    where = f"/entrance/agreements/?{urlencode({'next': target})}" if due else target
    response = redirect(where)
    open_session(request, response, person=person)
    if due:
        request.session[AGREEMENTS_DUE] = True
    return response


def passkey_site(request: HttpRequest) -> Site | None:
    """The site passkeys belong to here; none where the address is a number: browsers refuse that."""
    host = request.get_host().rsplit(":", 1)[0] if not request.get_host().endswith("]") else ""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return Site(host=host, name=site.installation().brand) if host else None
    return None


def remember_ceremony(request: HttpRequest, ceremony: Ceremony, *, kind: str) -> dict[str, Any]:
    """Keep what the answer will be checked against; the options go to the page's script."""
    request.session[_CEREMONY] = {
        "kind": kind,
        "state": ceremony.state,
        "at": now_of(request).timestamp(),
    }
    return ceremony.options


def take_ceremony(request: HttpRequest, *, kind: str) -> dict[str, Any] | None:
    """What the answer is checked against, once: the next answer needs a new question."""
    kept: dict[str, Any] | None = request.session.pop(_CEREMONY, None)
    if kept is None or kept["kind"] != kind or _is_old(kept["at"], now=now_of(request)):
        return None
    state: dict[str, Any] = kept["state"]
    return state


def _is_old(at: float, *, now: datetime) -> bool:
    return now.timestamp() - at > STEP_LIFE.total_seconds()
