"""What follows a sent set: its course, correcting and withdrawing it, photos, objections."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from svet.accounts.rules import Right
from svet.api.resources.accounts import note_stranger
from svet.api.resources.reading_schemas import (
    CorrectionIn,
    DisputeIn,
    PhotoOut,
    ReadingOut,
    ReceiptOut,
    TrackOut,
    WithdrawIn,
)
from svet.api.resources.readings import FAILS, meter_for, receipt_of, set_of, submission, values_of
from svet.api.shell.idempotency import key_of, once, uuid_of
from svet.api.shell.identity import AUTH, Caller, allowed
from svet.api.shell.problems import not_found
from svet.files.rules import MOST_BYTES
from svet.metering import operations, queries
from svet.metering.queries import MeterNotFound, SetChange, SetView
from svet.people.rules import Scope

router = Router(tags=["Readings"], auth=AUTH)


@router.get("/readings/{set_id}", response={200: TrackOut, **FAILS}, summary="One set with its course")
def reading(request: HttpRequest, set_id: str) -> dict[str, Any]:
    """Where the set is, who has it, when and why; its photos; the objection to a control reading."""
    caller = allowed(request, Scope.READINGS_READ, narrows=True)
    view = _set_for(caller, set_id)
    dispute = queries.disputes_of([view.set_id]).get(view.set_id)
    return set_of(view) | {
        "track": [_step(change, caller) for change in queries.changes_of([view.set_id])[view.set_id]],
        "photos": [photo.public_id for photo in queries.photos_of([view.set_id])[view.set_id]],
        "dispute": None
        if dispute is None
        else {
            "id": dispute.public_id,
            "state": dispute.state.value,
            "words": dispute.words,
            "answers": [step.words for step in dispute.steps[1:] if step.words],
        },
    }


@router.post("/readings/{set_id}/correct", response={201: ReceiptOut, **FAILS}, summary="Correct a set")
def correct(request: HttpRequest, set_id: str, payload: CorrectionIn) -> Status[Any]:
    """Other values in the place of one's own set, for the same day, until the cut-off."""
    caller = allowed(request, Scope.READINGS_WRITE, narrows=True)
    view = _set_for(caller, set_id)
    meter = meter_for(caller, view.meter_public_id, Right.SUBMIT)
    now = timezone.now()

    def act(key: str) -> tuple[int, dict[str, Any]]:
        receipt = operations.correct_set(
            by=caller.actor,
            set_public_id=view.public_id,
            sent=submission(
                payload,
                values=values_of(meter, payload.values),
                read_on=view.read_on,
                key=uuid_of(caller.actor, key),
            ),
            now=now,
        )
        return 201, receipt_of(receipt)

    return once(request, actor=caller.actor, now=now, act=act)


@router.post("/readings/{set_id}/withdraw", response={200: ReadingOut, **FAILS}, summary="Withdraw a set")
def withdraw(request: HttpRequest, set_id: str, payload: WithdrawIn) -> Status[Any]:
    """Take one's own set back until the cut-off; the trail stays."""
    caller = allowed(request, Scope.READINGS_WRITE, narrows=True)
    view = _set_for(caller, set_id)
    now = timezone.now()

    def act(key: str) -> tuple[int, dict[str, Any]]:
        operations.withdraw_set(by=caller.actor, set_public_id=view.public_id, now=now, reason=payload.reason)
        return 200, _plain(queries.set_for(caller.actor, public_id=view.public_id))

    return _known(request, caller, view, act)


@router.post(
    "/readings/{control_id}/dispute", response={201: TrackOut, **FAILS}, summary="Object to a control reading"
)
def dispute(request: HttpRequest, control_id: str, payload: DisputeIn) -> Status[Any]:
    """Say that the company read the meter wrongly, once and in time."""
    caller = allowed(request, Scope.READINGS_WRITE, narrows=True)
    view = _set_for(caller, control_id)
    now = timezone.now()

    def act(key: str) -> tuple[int, dict[str, Any]]:
        public_id = operations.open_dispute(
            by=caller.actor,
            set_public_id=view.public_id,
            words=payload.words,
            now=now,
            photo_public_id=payload.photo_id or "",
        )
        opened = {"id": public_id, "state": "open", "words": payload.words.strip(), "answers": []}
        return 201, _plain(view) | {"track": [], "photos": [], "dispute": opened}

    return _known(request, caller, view, act)


@router.post(
    "/photos",
    response={201: PhotoOut, **FAILS},
    summary="Keep a photo",
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "JPEG, PNG or WebP",
            "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
def photo(request: HttpRequest) -> Status[Any]:
    """The picture itself is the body; it waits a day for the reading or the objection that names it.

    The same picture that waits already gets the same id, whatever the key.
    """
    caller = allowed(request, Scope.READINGS_WRITE, narrows=True)
    key_of(request)
    raw = request.read(MOST_BYTES + 1)
    return Status(201, {"id": operations.keep_photo(raw=raw, by=caller.actor, now=timezone.now())})


def _known(request: HttpRequest, caller: Caller, view: SetView, act: Any) -> Status[Any]:
    """Run a write on a set the caller sees but may have no right to change: 404 all the same."""
    try:
        return once(request, actor=caller.actor, now=timezone.now(), act=act)
    except MeterNotFound:
        note_stranger(caller, "api.reading_not_found", view.public_id)
        raise not_found() from None


def _set_for(caller: Caller, set_public_id: str) -> SetView:
    """A set the caller sees, of a meter open to them."""
    try:
        view = queries.set_for(caller.actor, public_id=set_public_id)
        if caller.bounds is not None:
            meter_for(caller, view.meter_public_id, Right.VIEW)
    except MeterNotFound:
        note_stranger(caller, "api.reading_not_found", set_public_id)
        raise not_found() from None
    return view


def _plain(view: SetView) -> dict[str, Any]:
    """A set as it can be kept with the answer of a call."""
    found = set_of(view)
    return found | {
        "read_on": view.read_on.isoformat(),
        "received_at": view.received_at.isoformat(),
    }


def _step(change: SetChange, caller: Caller) -> dict[str, Any]:
    own = change.by_person_id is not None and change.by_person_id == caller.person.person_id
    return {
        "state": change.after.value,
        "at": change.at,
        "by": "you" if own else change.by_kind.value,
        "reason": " ".join(change.doubts) or change.other_receipt or str(change.period or ""),
        "words": change.words,
    }
