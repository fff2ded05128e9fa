"""The shapes of meters and readings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StrictBool, StrictInt, StrictStr

from svet.api.shell.schemas import Body, Day, PublicId, Text
from svet.api.shell.shapes import Shape

Value = Annotated[
    StrictStr | StrictInt, Field(description="what the dial shows: «3600», «3600.5» or 3600; never a float")
]


class ZoneOut(Shape):
    zone: str
    name: str
    last_value: str
    last_read_on: date


class MeterOut(Shape):
    id: str
    account_id: str
    serial: str
    type: str
    scheme: int
    digits: int
    decimals: int
    smart: bool
    unit: Annotated[str, Field(description="what it counts: kwh, m3, gcal")]
    verified_on: date | None
    next_verification_on: date | None
    zones: list[ZoneOut]


class ReadingsIn(Body):
    """All zones of the meter in one go; ``confirmed`` answers the guard's questions."""

    values: Annotated[dict[StrictStr, Value], Field(max_length=5, examples=[{"day": 1200, "night": "300"}])]
    read_on: Day | None = None
    confirmed: StrictBool = False
    insist: StrictBool = Field(
        default=False, description="the dial did go down to just this: a person will look at the set"
    )
    words: Annotated[StrictStr, Field(max_length=1000, description="why, for the person who looks")] = ""
    photo_id: PublicId | None = None


class SetIn(ReadingsIn):
    """One set of many."""

    meter_id: PublicId


class BatchIn(Body):
    sets: Annotated[list[SetIn], Field(min_length=1, max_length=50)]


class CorrectionIn(Body):
    """All zones again; the day stays the one of the set that is corrected."""

    values: Annotated[dict[StrictStr, Value], Field(max_length=5)]
    confirmed: StrictBool = False
    insist: StrictBool = False
    words: Annotated[StrictStr, Field(max_length=1000)] = ""
    photo_id: PublicId | None = None


class WithdrawIn(Body):
    reason: Text = ""


class DisputeIn(Body):
    words: Annotated[StrictStr, Field(max_length=10_000, examples=["It is not my meter in the photo"])]
    photo_id: PublicId | None = None


class PhotoOut(Shape):
    """``id`` goes into ``photo_id`` of a reading or an objection within a day."""

    id: str


class PreviewIn(Body):
    values: Annotated[dict[StrictStr, Value], Field(max_length=5)]


class PreviewLineOut(Shape):
    zone: str
    range: int
    kwh: str
    price: str
    kopecks: int


class PreviewOut(Shape):
    """``demonstration`` tells that a price in it was not published."""

    kwh: str
    total_kopecks: int
    demonstration: bool
    lines: list[PreviewLineOut]


class ReceiptOut(Shape):
    receipt_number: str
    id: str
    state: str
    read_on: date
    period: str
    consumption: dict[str, str]


class ReadingOut(Shape):
    id: str
    receipt_number: str
    meter_id: str
    serial: str
    read_on: date
    received_at: datetime
    channel: str
    kind: str
    state: str
    values: dict[str, str]


class StepOut(Shape):
    """``by`` is you, person, staff or system; ``reason`` names doubts or the receipt that came instead."""

    state: str
    at: datetime
    by: str
    reason: str
    words: str


class DisputeOut(Shape):
    id: str
    state: str
    words: str
    answers: list[str]


class TrackOut(ReadingOut):
    """A set with its course, the ids of its photos, and the objection to it."""

    track: list[StepOut]
    photos: list[str]
    dispute: DisputeOut | None


class FailedSetOut(Shape):
    code: str
    title: str
    field: str
    needs_confirmation: bool = False
    may_insist: bool = False
    doubts: list[str] = []
    suggestion: dict[str, str] | None = None


class SetResultOut(Shape):
    """``status`` as the single call would answer; a receipt with 201, else a problem."""

    meter_id: str
    status: int
    receipt: ReceiptOut | None = None
    problem: FailedSetOut | None = None


class BatchOut(Shape):
    """One result per set, in their order."""

    results: list[SetResultOut]
