"""Appeals: writing to the retailer, reading the thread, writing on, closing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import Field, StrictStr

from svet.api.resources.accounts import note_stranger
from svet.api.shell.idempotency import once, uuid_of
from svet.api.shell.identity import AUTH, Caller, allowed
from svet.api.shell.problems import not_found
from svet.api.shell.schemas import Body, ProblemOut, PublicId
from svet.api.shell.shapes import Shape
from svet.kernel.refusals import NotFound
from svet.people.rules import Scope
from svet.support import operations, queries
from svet.support.queries import AppealView

router = Router(tags=["Appeals"], auth=AUTH)
FAILS = {400: ProblemOut, 404: ProblemOut, 409: ProblemOut, 422: ProblemOut, 429: ProblemOut}
Words = Annotated[StrictStr, Field(max_length=20_000)]


class AppealIn(Body):
    """``topic``: readings, bill, payment, meter, cabinet or other."""

    topic: Annotated[StrictStr, Field(max_length=20, examples=["bill"])]
    words: Words
    account_id: PublicId = ""


class WordsIn(Body):
    words: Words


class AppealMessageOut(Shape):
    own: bool
    words: str
    at: datetime
    photos: int


class AppealOut(Shape):
    """``state``: new, taken, answered or closed; the answer comes by ``answer_due_on``."""

    id: str
    number: str
    topic: str
    state: str
    account_number: str
    opened_at: datetime
    answer_due_on: date
    messages: list[AppealMessageOut]


@router.get("/appeals", response={200: list[AppealOut]}, summary="My appeals")
def appeals(request: HttpRequest) -> list[dict[str, Any]]:
    """The caller's appeals with their threads, the one touched last first."""
    caller = allowed(request, Scope.APPEALS_READ)
    return [_view(each) for each in queries.appeals_of(caller.actor.person_id or 0)]


@router.post("/appeals", response={201: AppealOut, **FAILS}, summary="Write to the retailer")
def write(request: HttpRequest, payload: AppealIn) -> Status[Any]:
    """Open an appeal; the answer comes into its thread and as a notice."""
    caller = allowed(request, Scope.APPEALS_WRITE)
    now = timezone.now()

    def act(key: str) -> tuple[int, dict[str, Any]]:
        try:
            made = operations.open_appeal(
                by=caller.actor,
                topic=payload.topic,
                words=payload.words,
                account_public_id=payload.account_id,
                key=uuid_of(caller.actor, key),
                now=now,
            )
        except NotFound:
            note_stranger(caller, "api.account_not_found", payload.account_id)
            raise not_found() from None
        return 201, _one(caller, made.public_id)

    return once(request, actor=caller.actor, now=now, act=act)


@router.get("/appeals/{appeal_id}", response={200: AppealOut, 404: ProblemOut}, summary="One appeal")
def appeal(request: HttpRequest, appeal_id: str) -> dict[str, Any]:
    """One appeal of the caller with its thread."""
    return _one(allowed(request, Scope.APPEALS_READ), appeal_id)


@router.post("/appeals/{appeal_id}/messages", response={201: AppealOut, **FAILS}, summary="Write on")
def write_on(request: HttpRequest, appeal_id: str, payload: WordsIn) -> Status[Any]:
    """Add to the thread; an answered appeal waits again."""
    caller = allowed(request, Scope.APPEALS_WRITE)
    now = timezone.now()
    _one(caller, appeal_id)

    def act(key: str) -> tuple[int, dict[str, Any]]:
        operations.write_on(
            by=caller.actor,
            appeal_public_id=appeal_id,
            words=payload.words,
            key=uuid_of(caller.actor, key),
            now=now,
        )
        return 201, _one(caller, appeal_id)

    return once(request, actor=caller.actor, now=now, act=act)


@router.delete("/appeals/{appeal_id}", response={204: None, 404: ProblemOut}, summary="Close an appeal")
def close(request: HttpRequest, appeal_id: str) -> Status[None]:
    """The question is settled; the thread stays."""
    caller = allowed(request, Scope.APPEALS_WRITE)
    _one(caller, appeal_id)
    operations.close(by=caller.actor, appeal_public_id=appeal_id, now=timezone.now())
    return Status(204, None)


def _one(caller: Caller, appeal_id: str) -> dict[str, Any]:
    try:
        return _view(queries.appeal_for(caller.actor, public_id=appeal_id))
    except NotFound:
        note_stranger(caller, "api.appeal_not_found", appeal_id)
        raise not_found() from None


def _view(found: AppealView) -> dict[str, Any]:
    return {
        "id": found.public_id,
        "number": found.number,
        "topic": found.topic.value,
        "state": found.state.value,
        "account_number": found.account_number,
        "opened_at": found.opened_at.isoformat(),
        "answer_due_on": found.answer_due_on.isoformat(),
        "messages": [
            {
                "own": message.own,
                "words": message.words,
                "at": message.at.isoformat(),
                "photos": len(message.photos),
            }
            for message in found.messages
        ],
    }
