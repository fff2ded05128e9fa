"""Meters and readings: last values, the cost of new ones, sending them, what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from svet.accounts.queries import provider_today
from svet.accounts.rules import Right
from svet.api.resources.accounts import ids_of, note_stranger
from svet.api.resources.reading_schemas import (
    BatchIn,
    BatchOut,
    CorrectionIn,
    MeterOut,
    PreviewIn,
    PreviewOut,
    ReadingOut,
    ReadingsIn,
    ReceiptOut,
    SetIn,
)
from svet.api.shell.idempotency import Keep, once, once_inside, uuid_of
from svet.api.shell.identity import AUTH, Caller, allowed
from svet.api.shell.problems import ApiProblem, not_found, of_refusal
from svet.api.shell.schemas import Day, ProblemOut
from svet.kernel.refusals import Refused
from svet.kernel.writing import plain_number
from svet.metering import operations, queries
from svet.metering.operations import ReadingReceipt
from svet.metering.queries import MeterDials, MeterNotFound, MeterView, SetView
from svet.metering.rules import Answers, ReadingChannel, ReadingSubmission, Zone, parse_value
from svet.metering.texts import scale_name
from svet.people.rules import Scope
from svet.quotes import queries as quotes

router = Router(tags=["Readings"], auth=AUTH)
FAILS = {400: ProblemOut, 404: ProblemOut, 409: ProblemOut, 422: ProblemOut, 429: ProblemOut}
DEFAULT_SPAN = timedelta(days=92)


@router.get("/meters", response={200: list[MeterOut]}, summary="My meters with their last values")
def meters(request: HttpRequest) -> list[dict[str, Any]]:
    """Every standing meter of every account; of a bound token its own."""
    caller = allowed(request, Scope.READINGS_READ, narrows=True)
    accounts = ids_of(caller, meters_too=True)
    standing = [
        meter
        for meter in queries.standing_with_accounts(account_ids=list(accounts))
        if caller.opens_meter(meter.public_id, account_id=accounts[meter.account_id])
    ]
    now = timezone.now()
    days: dict[int, date] = {m.meter_id: provider_today(m.account.provider, now) for m in standing}
    known = queries.dials(meters=standing, read_on=days)
    return [_meter(meter, known[meter.meter_id], accounts[meter.account_id]) for meter in standing]


@router.post(
    "/meters/{meter_id}/preview", response={200: PreviewOut, **FAILS}, summary="What new values would cost"
)
def preview(request: HttpRequest, meter_id: str, payload: PreviewIn) -> dict[str, Any]:
    """Consumption and its price by zones and ranges; nothing is kept."""
    caller = allowed(request, Scope.READINGS_READ, narrows=True)
    meter = meter_for(caller, meter_id, Right.VIEW)
    today = provider_today(meter.account.provider, timezone.now())
    found = quotes.price(meter=meter, values=values_of(meter, payload.values), on=today)
    return {
        "kwh": plain_number(found.kwh),
        "total_kopecks": found.total.kopecks,
        "demonstration": found.demonstration,
        "lines": [
            {
                "zone": line.zone.value,
                "range": line.range_no,
                "kwh": plain_number(line.kwh),
                "price": plain_number(line.price),
                "kopecks": line.money.kopecks,
            }
            for line in found.lines
        ],
    }


@router.post("/meters/{meter_id}/readings", response={201: ReceiptOut, **FAILS}, summary="Send readings")
def submit(request: HttpRequest, meter_id: str, payload: ReadingsIn) -> Status[Any]:
    """Send all zones of a meter; an odd set answers 422 ``needs_confirmation`` until it is confirmed."""
    caller = allowed(request, Scope.READINGS_WRITE, narrows=True)
    now = timezone.now()
    meter = meter_for(caller, meter_id, Right.SUBMIT)
    values = values_of(meter, payload.values)
    read_on = payload.read_on or provider_today(meter.account.provider, now)

    def act(key: str, keep: Keep) -> None:
        operations.submit_readings(
            by=caller.actor,
            meter_id=meter.meter_id,
            sent=submission(
                payload, values=values, read_on=sane(read_on, now), key=uuid_of(caller.actor, key)
            ),
            now=now,
            along=lambda receipt: keep(201, receipt_of(receipt)),
        )

    return once_inside(request, actor=caller.actor, now=now, act=act)


@router.get(
    "/readings", response={200: list[ReadingOut], 404: ProblemOut, 422: ProblemOut}, summary="Readings"
)
def readings(
    request: HttpRequest,
    account_id: str = "",
    since: Day | None = None,
    until: Day | None = None,
) -> list[dict[str, Any]]:
    """Sets read in ``since`` ≤ day < ``until`` (by default the last three months), newest first."""
    caller = allowed(request, Scope.READINGS_READ, narrows=True)
    today = timezone.localdate()
    start = since or today - DEFAULT_SPAN
    end = until or today + timedelta(days=1)
    accounts = ids_of(caller, account_id, meters_too=True)
    sets = queries.reading_sets(account_ids=list(accounts), since=start, until=end, limit=1000)
    return [
        set_of(view)
        for view in sets
        if caller.opens_meter(view.meter_public_id, account_id=accounts[view.account_id])
    ]


@router.post("/readings", response={200: BatchOut, **FAILS}, summary="Send many sets at once")
def submit_many(request: HttpRequest, payload: BatchIn) -> Status[Any]:
    """Each set is judged and kept by itself: its receipt or its problem stands in its place."""
    caller = allowed(request, Scope.READINGS_WRITE, narrows=True)

    def act(key: str) -> tuple[int, dict[str, Any]]:
        return 200, {
            "results": [_one(caller, each, key=f"{key}:{place}") for place, each in enumerate(payload.sets)]
        }

    return once(request, actor=caller.actor, now=timezone.now(), act=act)


def _one(caller: Caller, given: SetIn, *, key: str) -> dict[str, Any]:
    now = timezone.now()
    try:
        meter = meter_for(caller, given.meter_id, Right.SUBMIT)
        receipt = operations.submit_readings(
            by=caller.actor,
            meter_id=meter.meter_id,
            sent=submission(
                given,
                values=values_of(meter, given.values),
                read_on=sane(given.read_on or provider_today(meter.account.provider, now), now),
                key=uuid_of(caller.actor, key),
            ),
            now=now,
        )
    except (ApiProblem, Refused) as failed:
        problem = failed if isinstance(failed, ApiProblem) else of_refusal(failed)
        return {
            "meter_id": given.meter_id,
            "status": problem.status,
            "problem": {"code": problem.code, "title": problem.title, "field": problem.field, **problem.more},
        }
    return {"meter_id": given.meter_id, "status": 201, "receipt": receipt_of(receipt)}


def submission(
    given: ReadingsIn | SetIn | CorrectionIn, *, values: Mapping[Zone, Decimal], read_on: date, key: UUID
) -> ReadingSubmission:
    """What a program sends, as metering takes it."""
    return ReadingSubmission(
        values=values,
        read_on=read_on,
        channel=ReadingChannel.API,
        key=key,
        answers=Answers(confirmed=given.confirmed, insists=given.insist),
        words=given.words,
        photo_public_id=given.photo_id or "",
    )


def receipt_of(receipt: ReadingReceipt) -> dict[str, Any]:
    """The receipt as every answer gives it."""
    return {
        "receipt_number": receipt.receipt_number,
        "id": receipt.set_public_id,
        "state": receipt.state.value,
        "read_on": receipt.read_on.isoformat(),
        "period": str(receipt.period),
        "consumption": {zone.value: plain_number(kwh) for zone, kwh in receipt.consumption.items()},
    }


def meter_for(caller: Caller, meter_public_id: str, right: Right) -> MeterView:
    """The caller's meter, or the 404 of a stranger's. :raises Problem:"""
    try:
        meter = queries.meter_for(caller.actor, public_id=meter_public_id, right=right)
    except MeterNotFound:
        meter = None
    if meter is None or not caller.opens_meter(meter.public_id, account_id=meter.account.public_id):
        note_stranger(caller, "api.meter_not_found", meter_public_id)
        raise not_found()
    return meter


def values_of(meter: MeterView, raw: Mapping[str, str | int]) -> dict[Zone, Decimal]:
    """Every zone read by the rules of the dial. :raises Problem: :raises ReadingRefused:"""
    found: dict[Zone, Decimal] = {}
    for name, value in raw.items():
        try:
            zone = Zone(name)
        except ValueError:
            title = f"{name[:20]} is no zone"
            raise ApiProblem(422, "unknown_zone", title, field=f"values.{name[:20]}") from None
        field = f"values.{name}"
        found[zone] = parse_value(
            str(value), digits=meter.digits, decimals=meter.decimals, field=field, unit=meter.unit
        )
    return found


def sane(day: date, now: datetime) -> date:
    """A day a meter can have been read on. :raises Problem:"""
    if not date(2000, 1, 1) <= day <= now.date() + timedelta(days=1):
        raise ApiProblem(422, "date", "a reading is of a day that has come", field="read_on")
    return day


def _meter(meter: MeterView, known: MeterDials, account_id: str) -> dict[str, Any]:
    return {
        "id": meter.public_id,
        "account_id": account_id,
        "serial": meter.serial,
        "type": meter.type_name,
        "scheme": int(meter.scheme),
        "digits": meter.digits,
        "decimals": meter.decimals,
        "smart": meter.smart,
        "unit": meter.unit.value,
        "verified_on": meter.verified_on,
        "next_verification_on": meter.next_verification_on,
        "zones": [
            {
                "zone": dial.zone.value,
                "name": scale_name(dial.zone, meter.service),
                "last_value": plain_number((dial.pending or dial.base).value),
                "last_read_on": (dial.pending or dial.base).on,
            }
            for dial in known.dials
        ],
    }


def set_of(view: SetView) -> dict[str, Any]:
    """A set as lists give it."""
    return {
        "id": view.public_id,
        "receipt_number": view.receipt_number,
        "meter_id": view.meter_public_id,
        "serial": view.serial,
        "read_on": view.read_on,
        "received_at": view.received_at,
        "channel": view.channel,
        "kind": view.kind,
        "state": view.state,
        "values": {value.zone.value: plain_number(value.value) for value in view.values},
    }
