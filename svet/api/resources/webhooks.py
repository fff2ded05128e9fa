"""News for programs: the addresses a person has given, what was posted to them, trying and repeating."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Final

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import Field, StrictStr

from svet.api.resources.accounts import note_stranger
from svet.api.shell.idempotency import key_of, once
from svet.api.shell.identity import AUTH, Caller, TokenAuth, allowed
from svet.api.shell.problems import not_found
from svet.api.shell.schemas import Body, ProblemOut
from svet.api.shell.shapes import Shape
from svet.people.rules import Scope
from svet.webhooks import operations, queries
from svet.webhooks.queries import HookView

router = Router(tags=["Webhooks"], auth=AUTH)
FAILS = {400: ProblemOut, 404: ProblemOut, 409: ProblemOut, 422: ProblemOut, 429: ProblemOut}
MOST_CALLS = 100


class WebhookIn(Body):
    """``events`` are any of those that ``docs/api.md`` lists."""

    url: Annotated[StrictStr, Field(max_length=2_000, examples=["https://example.org/svet"])]
    events: Annotated[list[StrictStr], Field(max_length=40, examples=[["bill.issued"]])]


class WebhookOut(Shape):
    """``off_at``: since when it is not called any more; ``failing_since``: since when nothing was taken."""

    id: str
    url: str
    events: list[str]
    created_at: datetime
    failing_since: datetime | None
    off_at: datetime | None


class WebhookMadeOut(WebhookOut):
    """``secret`` (``whsec_…``) is shown once; it signs by Standard Webhooks."""

    secret: str


class WebhookSecretOut(Shape):
    """The new secret, shown once; the former one signs too for a day."""

    secret: str


class WebhookCallOut(Shape):
    """``state``: ``waiting``, ``sent``, ``failed``, ``dropped`` (not yours to see by then, or switched off).

    ``id`` is what the header ``webhook-id`` says after ``msg_``; ``status`` the last HTTP status.
    """

    id: str
    event: str
    state: str
    attempts: int
    status: int | None
    reason: str
    created_at: datetime
    due_at: datetime
    done_at: datetime | None


@router.get("/webhooks", response={200: list[WebhookOut]}, summary="My webhooks")
def webhooks(request: HttpRequest) -> list[dict[str, Any]]:
    """The addresses to which news for the caller are posted, without their secrets."""
    caller = allowed(request, Scope.ACCOUNTS_READ)
    return [_out(each) for each in queries.hooks_of(person_id=caller.person.person_id)]


@router.post("/webhooks", response={201: WebhookMadeOut, **FAILS}, summary="Add a webhook", auth=TokenAuth())
def add(request: HttpRequest, payload: WebhookIn) -> Status[Any]:
    """Post news to this address from now on. 422 ``url`` for anything but a public address by https,
    ``twice`` for one that was given already: a lost answer has no second one, remove it and add it again.

    By a key only: of a session the page asks the password. The key needs the reading scope of each event
    besides: news say what came of things and when.
    """
    caller = allowed(request, Scope.CABINET_WRITE)
    for scope in sorted({_reading_scope(event) for event in payload.events}):
        allowed(request, scope)
    key_of(request)
    made, secret = operations.add_webhook(
        by=caller.actor, url=payload.url, events=payload.events, now=timezone.now(), key=caller.token
    )
    return Status(201, _out(made) | {"secret": secret})


@router.delete("/webhooks/{webhook_id}", response={204: None, 404: ProblemOut}, summary="Remove a webhook")
def remove(request: HttpRequest, webhook_id: str) -> Status[None]:
    """Post nothing there any more; what was sent is forgotten."""
    caller = allowed(request, Scope.CABINET_WRITE)
    _mine(caller, webhook_id)
    operations.remove_webhook(by=caller.actor, public_id=webhook_id, now=timezone.now())
    return Status(204, None)


@router.post("/webhooks/{webhook_id}/ping", response={202: None, **FAILS}, summary="Try a webhook")
def ping(request: HttpRequest, webhook_id: str) -> Status[Any]:
    """Post a ``ping`` there; its course is among the calls. 422 ``off`` where it is switched off."""
    caller = allowed(request, Scope.CABINET_WRITE)
    _mine(caller, webhook_id)
    now = timezone.now()

    def act(key: str) -> tuple[int, dict[str, Any]]:
        operations.ping(by=caller.actor, public_id=webhook_id, now=now)
        return 202, {}

    once(request, actor=caller.actor, now=now, act=act)
    return Status(202, None)


@router.post(
    "/webhooks/{webhook_id}/rotate",
    response={200: WebhookSecretOut, **FAILS},
    summary="Change the secret",
    auth=TokenAuth(),
)
def rotate(request: HttpRequest, webhook_id: str) -> dict[str, Any]:
    """Another secret; for a day every call is signed by both, and 422 ``rotated`` until then."""
    caller = allowed(request, Scope.CABINET_WRITE)
    key_of(request)
    _mine(caller, webhook_id)
    return {"secret": operations.rotate_secret(by=caller.actor, public_id=webhook_id, now=timezone.now())}


@router.post("/webhooks/{webhook_id}/on", response={200: WebhookOut, **FAILS}, summary="Switch on again")
def turn_on(request: HttpRequest, webhook_id: str) -> dict[str, Any]:
    """Call an address again that was switched off after days without an answer."""
    caller = allowed(request, Scope.CABINET_WRITE)
    key_of(request)
    _mine(caller, webhook_id)
    operations.turn_on(by=caller.actor, public_id=webhook_id, now=timezone.now())
    return _out(_mine(caller, webhook_id))


@router.get(
    "/webhooks/{webhook_id}/calls",
    response={200: list[WebhookCallOut], 404: ProblemOut},
    summary="What was posted",
)
def calls(request: HttpRequest, webhook_id: str) -> list[dict[str, Any]]:
    """The newest hundred of thirty days, newest first."""
    caller = allowed(request, Scope.ACCOUNTS_READ)
    _mine(caller, webhook_id)
    found = queries.calls_of(person_id=caller.person.person_id, public_id=webhook_id, limit=MOST_CALLS)
    return [_named(asdict(each)) for each in found]


@router.post(
    "/webhooks/{webhook_id}/calls/{call_id}/repeat", response={202: None, **FAILS}, summary="Post it again"
)
def repeat(request: HttpRequest, webhook_id: str, call_id: str) -> Status[Any]:
    """The same news under the same id once more. 422 ``waits`` while it is not done."""
    caller = allowed(request, Scope.CABINET_WRITE)
    _mine(caller, webhook_id)
    now = timezone.now()

    def act(key: str) -> tuple[int, dict[str, Any]]:
        operations.repeat_call(by=caller.actor, call_public_id=call_id, now=now)
        return 202, {}

    once(request, actor=caller.actor, now=now, act=act)
    return Status(202, None)


def _reading_scope(event: str) -> Scope:
    """The scope that reads what an event is about."""
    return _READING.get(event.partition(".")[0], Scope.ACCOUNTS_READ)


_READING: Final[Mapping[str, Scope]] = {
    "reading": Scope.READINGS_READ,
    "bill": Scope.BILLS_READ,
    "payment": Scope.PAYMENTS_READ,
}


def _mine(caller: Caller, webhook_id: str) -> HookView:
    found = queries.hook_of(person_id=caller.person.person_id, public_id=webhook_id)
    if found is None:
        note_stranger(caller, "api.webhook_not_found", webhook_id)
        raise not_found()
    return found


def _out(view: HookView) -> dict[str, Any]:
    return _named(asdict(view))


def _named(fields: dict[str, Any]) -> dict[str, Any]:
    return {"id": fields.pop("public_id"), **fields}
