"""«Настройки уведомлений» for programs: the switches, and the browsers that show notices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Status
from pydantic import Field, StrictBool, StrictStr

from svet.api.resources.accounts import note_stranger
from svet.api.shell.idempotency import once
from svet.api.shell.identity import AUTH, Caller, allowed
from svet.api.shell.problems import ApiProblem, not_found
from svet.api.shell.schemas import Body, ProblemOut
from svet.api.shell.shapes import Shape
from svet.kernel.refusals import NotFound
from svet.notices import queries
from svet.notices.queries import BrowserView
from svet.notices.rules import EventSpec, NoticeChannel
from svet.people import operations as people
from svet.people import queries as people_queries
from svet.people.rules import Scope

router = Router(tags=["Notifications"], auth=AUTH)
FAILS = {400: ProblemOut, 404: ProblemOut, 409: ProblemOut, 422: ProblemOut, 429: ProblemOut}
Short = Annotated[StrictStr, Field(max_length=40)]


class SwitchOut(Shape):
    """``locked``: told in any case, because the safety of the cabinet asks for it."""

    on: bool
    locked: bool


class NoticeEventOut(Shape):
    event: str
    name: str
    channels: dict[str, SwitchOut]


class NotificationsOut(Shape):
    """``push_key`` is the ``applicationServerKey`` to subscribe with; empty where browsers get no notices."""

    email_on: bool
    sms_on: bool
    push_key: str
    events: list[NoticeEventOut]


class NotificationsIn(Body):
    """What is absent stays; ``events`` is event → channel → on."""

    email_on: StrictBool | None = None
    sms_on: StrictBool | None = None
    events: Annotated[
        dict[Short, dict[Short, StrictBool]],
        Field(max_length=50, examples=[{"bill_ready": {"push": True, "sms": False}}]),
    ] = {}


class BrowserIn(Body):
    """A PushSubscription of the W3C Push API; ``name`` is shown to the person beside it."""

    endpoint: Annotated[StrictStr, Field(max_length=20_000)]
    p256dh: Annotated[StrictStr, Field(max_length=200)]
    auth: Annotated[StrictStr, Field(max_length=200)]
    name: Annotated[StrictStr, Field(max_length=60)] = ""


class BrowserOut(Shape):
    """``here``: it belongs to the caller's own browser or key."""

    id: str
    name: str
    since: datetime
    here: bool


@router.get("/me/notifications", response={200: NotificationsOut}, summary="What I am told of, and how")
def switches(request: HttpRequest) -> dict[str, Any]:
    """The two plain switches and the matrix event × channel."""
    return _switches(allowed(request, Scope.ACCOUNTS_READ))


@router.post("/me/notifications", response={200: NotificationsOut, **FAILS}, summary="Move the switches")
def move(request: HttpRequest, payload: NotificationsIn) -> Status[Any]:
    """Change what is given; a locked switch stays on whatever is asked."""
    caller = allowed(request, Scope.CABINET_WRITE)
    standing = queries.preferences(caller.person.recipient_id)
    chosen: dict[EventSpec, dict[NoticeChannel, bool]] = {
        event: {channel: switch.on for channel, switch in row.items()}
        for event, row in standing.matrix.items()
    }
    for event, row in _known(payload.events, standing.matrix).items():
        chosen[event] |= row

    def act(key: str) -> tuple[int, dict[str, Any]]:
        people.change_notifications(
            person_id=caller.person.person_id,
            preferences=chosen,
            email_on=standing.email_on if payload.email_on is None else payload.email_on,
            sms_on=standing.sms_on if payload.sms_on is None else payload.sms_on,
            now=timezone.now(),
            address=caller.actor.address,
        )
        return 200, _switches(caller)

    return once(request, actor=caller.actor, now=timezone.now(), act=act)


@router.get("/me/browsers", response={200: list[BrowserOut]}, summary="Browsers that show my notices")
def browsers(request: HttpRequest) -> list[dict[str, Any]]:
    """Oldest first."""
    caller = allowed(request, Scope.ACCOUNTS_READ)
    here = _device(request, caller)
    return [_browser(row, here) for row in queries.browsers(caller.person.recipient_id)]


@router.post("/me/browsers", response={201: BrowserOut, **FAILS}, summary="Show my notices here")
def show(request: HttpRequest, payload: BrowserIn) -> Status[Any]:
    """Push notices to this browser, or to the program that holds this key; one address for each."""
    caller = allowed(request, Scope.CABINET_WRITE)
    now = timezone.now()
    terms: dict[str, Any] = {
        "person_id": caller.person.person_id,
        "endpoint": payload.endpoint,
        "p256dh": payload.p256dh,
        "auth": payload.auth,
        "address": caller.actor.address,
        "now": now,
    }

    def act(key: str) -> tuple[int, dict[str, Any]]:
        if caller.token:
            name = payload.name.strip() or _("Программа")
            made = people.show_notices_to_program(**terms, token_public_id=caller.token, label=name)
        else:
            made = people.show_notices_here(**terms, session_key=request.session.session_key or "")
        return 201, _browser(made, made.device_key)

    return once(request, actor=caller.actor, now=now, act=act)


@router.delete("/me/browsers/{browser_id}", response={204: None, **FAILS}, summary="Show nothing there")
def hide(request: HttpRequest, browser_id: str) -> Status[None]:
    """Push no more notices there."""
    caller = allowed(request, Scope.CABINET_WRITE)
    try:
        people.hide_notices(
            person_id=caller.person.person_id,
            subscription_public_id=browser_id,
            address=caller.actor.address,
            now=timezone.now(),
        )
    except NotFound:
        note_stranger(caller, "api.browser_not_found", browser_id)
        raise not_found() from None
    return Status(204, None)


def _known(
    asked: Mapping[str, Mapping[str, bool]], matrix: Mapping[EventSpec, Mapping[NoticeChannel, object]]
) -> dict[EventSpec, dict[NoticeChannel, bool]]:
    """The asked switches by their own names. :raises Problem: there is no such switch"""
    found: dict[EventSpec, dict[NoticeChannel, bool]] = {}
    for event, row in asked.items():
        for channel, on in row.items():
            switch = next((one for one in matrix if one.code == event), None)
            if switch is None or channel not in matrix[switch]:
                raise ApiProblem(422, "no_such_switch", _("Такого переключателя нет."), field="events")
            found.setdefault(switch, {})[NoticeChannel(channel)] = on
    return found


def _switches(caller: Caller) -> dict[str, Any]:
    standing = queries.preferences(caller.person.recipient_id)
    return {
        "email_on": standing.email_on,
        "sms_on": standing.sms_on,
        "push_key": queries.push_key(),
        "events": [
            {
                "event": event.code,
                "name": str(event.name),
                "channels": {
                    channel.value: {"on": switch.on, "locked": switch.locked}
                    for channel, switch in row.items()
                },
            }
            for event, row in standing.matrix.items()
        ],
    }


def _device(request: HttpRequest, caller: Caller) -> str:
    if caller.token:
        return caller.token
    session_key = request.session.session_key or ""
    return people_queries.device_here(person_id=caller.person.person_id, session_key=session_key)


def _browser(row: BrowserView, here: str) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "name": row.label,
        "since": row.created_at.isoformat(),
        "here": row.device_key == here,
    }
