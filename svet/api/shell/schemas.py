"""The shapes of bodies and answers: strict, nothing unknown is taken, money in whole kopecks."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from svet.api.shell.problem_schemas import ProblemOut as ProblemOut
from svet.api.shell.shapes import Shape

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
PublicId = Annotated[StrictStr, Field(max_length=16, description="opaque id of 16 characters")]
Text = Annotated[StrictStr, Field(max_length=200)]
Kopecks = Annotated[StrictInt, Field(description="whole kopecks: 30000 is 300,00 ₽", examples=[30000])]


def _written_day(value: object) -> object:
    """Only YYYY-MM-DD: a number is no day, though a parser would read it as seconds since 1970."""
    if value is None or (isinstance(value, str) and _DAY.fullmatch(value)) or type(value) is date:
        return value
    raise ValueError("a day is written YYYY-MM-DD")


#: A calendar day in an address or a body.
_PERCENT = re.compile(r"[0-9]{1,3}", re.ASCII)


def _written_percent(value: object) -> object:
    """Whole percent in an address: ASCII digits. :raises ValueError: anything else"""
    if isinstance(value, str) and not _PERCENT.fullmatch(value):
        raise ValueError("whole percent are wanted")
    return value


Percent = Annotated[int, BeforeValidator(_written_percent), Field(strict=False, ge=0, le=100, examples=[40])]
Day = Annotated[date, BeforeValidator(_written_day), Field(strict=False, examples=["2026-11-22"])]


class Body(Shape):
    """A request's body."""

    model_config = ConfigDict(extra="forbid", strict=True)


class RegistrationIn(Body):
    phone: Annotated[StrictStr, Field(max_length=20_000, examples=["+7 999 000-01-01"])]
    password: Annotated[StrictStr, Field(max_length=20_000)]
    agreed: StrictBool
    consented: StrictBool


class PhoneIn(Body):
    phone: Annotated[StrictStr, Field(max_length=20_000)]


class StartedOut(Shape):
    """``id`` is needed, with the code from the SMS, to go on; treat it as a secret."""

    id: str
    expires_at: datetime


class CodeIn(Body):
    code: Annotated[StrictStr, Field(max_length=20, examples=["123456"])]


class NewPasswordIn(Body):
    password: Annotated[StrictStr, Field(max_length=20_000)]


class PasswordTokenIn(Body):
    phone: Annotated[StrictStr, Field(max_length=20_000)]
    password: Annotated[StrictStr, Field(max_length=20_000)]
    second_factor: Annotated[
        StrictStr,
        Field(
            max_length=32,
            description="six digits of the application or ten of a recovery sheet; needed by those who have "
            "turned a second factor on",
        ),
    ] = ""
    name: Annotated[Text, Field(examples=["Home Assistant"])]
    scopes: Annotated[list[StrictStr], Field(max_length=20, examples=[["readings:write"]])]
    expires_in_days: Annotated[
        StrictInt | None,
        Field(description="how long the token is good; a year, or the most this site allows, when absent"),
    ] = None
    account_ids: Annotated[
        list[PublicId] | None,
        Field(max_length=50, description="the only accounts it opens; absent with meter_ids: all of them"),
    ] = None
    meter_ids: Annotated[
        list[PublicId] | None,
        Field(max_length=50, description="the only meters it opens; lists that hold nothing are refused"),
    ] = None


class TokenOut(Shape):
    """``secret`` is shown once. ``account_ids`` and ``meter_ids`` null: it opens the whole cabinet."""

    id: str
    name: str
    scopes: list[str]
    expires_at: datetime
    account_ids: list[str] | None
    meter_ids: list[str] | None
    secret: str


class TokenListed(Shape):
    id: str
    name: str
    scopes: list[str]
    hint: str
    created_at: datetime
    expires_at: datetime
    expired: bool
    last_used_at: datetime | None
    account_ids: list[str] | None
    meter_ids: list[str] | None


class PersonOut(Shape):
    id: str
    phone: str
    first_name: str
    patronymic: str
    last_name: str
    email: str
    email_confirmed: bool
    second_factor: bool


class LinkIn(Body):
    account_number: Annotated[StrictStr, Field(max_length=2_000_000)]
    meter_number: Annotated[StrictStr, Field(max_length=2_000_000)]
    group_id: PublicId | None = None


class AgreedOut(Shape):
    """What was agreed about a debt: ``ask_kopecks`` of it by ``until``; ``kind``: instalments or promise."""

    kind: str
    ask_kopecks: int
    until: date | None


class AccountOut(Shape):
    """``balance_kopecks`` is the debt: negative when paid ahead. Name and flat are masked until confirmed.

    ``agreed``: the debt is not asked whole, or by another day than its bill's.
    """

    id: str
    number: str
    provider: str
    service: str
    group_id: str
    group: str
    alias: str
    holder: str
    address: str
    confirmed: bool
    rights: list[str]
    delivery: str
    balance_kopecks: int
    in_transit_kopecks: int
    agreed: AgreedOut | None


class BillOut(Shape):
    """Kopecks by the names of the page and the PDF; a debt is positive, an overpayment a closing below zero.

    opening + charged + earlier + recalculated + penalty + refunded − paid = closing; payable = closing, never
    below 0.
    """

    id: str
    number: str
    account_id: str
    period: str
    issued_on: date
    due_on: date
    kwh: str
    opening_kopecks: int
    charged_kopecks: int
    earlier_kopecks: int
    recalculated_kopecks: int
    penalty_kopecks: int
    paid_kopecks: int
    refunded_kopecks: int
    closing_kopecks: int
    payable_kopecks: int


class MovementOut(Shape):
    """``kind``: payment, refund, correction, opening, or charge (of a month that had no bill)."""

    kind: str
    on: date
    kopecks: int
    late: bool


class BillDetailOut(BillOut):
    """``document`` is the bill's immutable snapshot: every line with its readings and tariff row."""

    holder: str
    address: str
    movements: list[MovementOut]
    lines: list[dict[str, object]]
    readings: list[dict[str, object]]
    # What of the closing sum is consumption, fees and penalties, with the days behind each penalty; null
    # where the account never had a penalty or a fee.
    streams: dict[str, object] | None = None


class TaskOut(Shape):
    """A task; ``kind``: ``pay``, ``bill``, ``readings``, ``money``, ``invitation``, ``verification``.

    ``count`` things of the kind; ``id`` is that of the one bill, order, invitation or account it is about.
    """

    kind: str
    title: str
    note: str
    on: date
    count: int
    amount_kopecks: int | None
    id: str


class PlannedChargeOut(Shape):
    """What autopay takes; ``told``: the payer knows, it can be skipped; else it is what is owed today."""

    autopay_id: str
    on: date
    amount_kopecks: int
    card: str
    told: bool


class RunningPlanOut(Shape):
    """An account whose debt is paid in parts, or waits to be; ``note``: where that stands."""

    account_id: str
    note: str


class PromisedPaymentOut(Shape):
    """What stands promised for an account."""

    account_id: str
    until: date
    amount_kopecks: int


class TodayOut(Shape):
    """What the day asks; paid by ``free_until``, being late costs nothing."""

    state: str
    sentence: str
    notes: list[str]
    owed_kopecks: int
    overdue_kopecks: int
    overdue_since: date | None
    free_until: date | None
    due_on: date | None
    in_transit_kopecks: int
    tasks: list[TaskOut]
    planned_charges: list[PlannedChargeOut]
    promised: list[PromisedPaymentOut]
    instalments: list[RunningPlanOut]


class HistoryEventOut(Shape):
    """One thing of the timeline; ``id`` leads to its own resource. A ``refund`` has the id of its payment."""

    kind: str
    on: date
    id: str
    number: str
    account_ids: list[str]
    amount_kopecks: int | None
    state: str
    receipt_by: Annotated[
        str,
        Field(
            description="who makes the fiscal receipt: of a payment as in its own resource; of money of a"
            " register agent, supplier or unsaid; of moved money suppliers, or none is needed; else empty"
        ),
    ]


class EventsOut(Shape):
    events: list[HistoryEventOut]
    next: str | None
