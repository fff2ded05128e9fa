"""Papers of use and payments in whole months: asked for, listed, and their files."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Status
from pydantic import Field

from svet.api.resources.accounts import ids_of
from svet.api.shell.contract import file_of
from svet.api.shell.idempotency import once
from svet.api.shell.identity import AUTH, allowed
from svet.api.shell.schemas import Body, ProblemOut
from svet.api.shell.shapes import Shape
from svet.bills import operations, queries
from svet.bills.rules.consumption import ConsumptionView
from svet.kernel.periods import Month
from svet.kernel.writing import plain_number
from svet.people.rules import Scope

router = Router(tags=["Bills"], auth=AUTH)
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ConsumptionIn(Body):
    """The first and the last month, both included; over by now and 36 at most."""

    since: Annotated[str, Field(max_length=7, examples=["2026-05"])]
    until: Annotated[str, Field(max_length=7, examples=["2026-10"])]


class ConsumptionZoneOut(Shape):
    """The own use of one zone in the unit of the service."""

    zone: str
    volume: str


class ConsumptionMonthOut(Shape):
    """closing = the closing before + charged + recalculated + other − paid; ``zones`` null: none known here.

    ``other_kopecks`` are penalties, benefits and corrections.
    """

    month: str
    zones: list[ConsumptionZoneOut] | None
    corrected_volume: str | None
    charged_kopecks: int
    recalculated_kopecks: int
    other_kopecks: int
    paid_kopecks: int
    closing_kopecks: int


class ConsumptionOut(Shape):
    """The paper (справка о потреблении и платежах) as it was given on a day.

    ``debt``: none, not_due, overdue, elsewhere (the supplier judges). ``plan_kept`` is null without an
    agreement to pay a debt in parts. ``code`` opens its page for whoever is given the paper: ``check_url``.
    """

    id: str
    code: str
    on: date
    since: str
    until: str
    unit: str
    opening_kopecks: int
    months: list[ConsumptionMonthOut]
    debt: str
    owed_kopecks: int
    late_kopecks: int
    plan_kept: bool | None
    check_url: str


@router.post(
    "/accounts/{account_id}/consumption",
    response={201: ConsumptionOut, 404: ProblemOut, 422: ProblemOut},
    summary="Ask for a statement of use and payments",
)
def give_consumption(request: HttpRequest, account_id: str, payload: ConsumptionIn) -> Status[Any]:
    """For a subsidy: the months as they stand now; the same one while nothing has changed that day.

    422 names the field: ``no_such_month``, ``months_reversed``, ``months_too_many``, ``month_not_over``,
    ``month_before_account``, ``account_without_months``.
    """
    caller = allowed(request, Scope.BILLS_READ, narrows=True)
    ids_of(caller, account_id)
    now = timezone.now()

    def act(_key: str) -> tuple[int, dict[str, Any]]:
        view = operations.give_consumption(
            actor=caller.actor,
            account_public_id=account_id,
            since=payload.since,
            until=payload.until,
            now=now,
        )
        return 201, _out(view)

    return once(request, actor=caller.actor, now=now, act=act)


@router.get(
    "/accounts/{account_id}/consumption",
    response={200: list[ConsumptionOut], 404: ProblemOut},
    summary="Statements of use and payments",
)
def consumption_papers(request: HttpRequest, account_id: str) -> list[dict[str, Any]]:
    """The newest hundred that were given, newest first."""
    caller = allowed(request, Scope.BILLS_READ, narrows=True)
    (key,) = ids_of(caller, account_id)
    return [_out(each) for each in queries.consumption_papers(actor=caller.actor, account_id=key, limit=100)]


@router.get(
    "/accounts/{account_id}/consumption/{consumption_id}/pdf",
    response={404: ProblemOut},
    summary="A statement of use and payments as PDF",
    openapi_extra=file_of("application/pdf"),
)
def consumption_pdf(request: HttpRequest, account_id: str, consumption_id: str) -> HttpResponse:
    """The paper with its code, ``application/pdf``; always the same bytes."""
    return _file(request, account_id, consumption_id, operations.ConsumptionForm.PDF)


@router.get(
    "/accounts/{account_id}/consumption/{consumption_id}/xlsx",
    response={404: ProblemOut},
    summary="A statement of use and payments as XLSX",
    openapi_extra=file_of(_WORKBOOK),
)
def consumption_xlsx(request: HttpRequest, account_id: str, consumption_id: str) -> HttpResponse:
    """The same as a workbook, with numbers to count with."""
    return _file(request, account_id, consumption_id, operations.ConsumptionForm.XLSX)


def _file(
    request: HttpRequest, account_id: str, consumption_id: str, form: operations.ConsumptionForm
) -> HttpResponse:
    caller = allowed(request, Scope.BILLS_READ, narrows=True)
    ids_of(caller, account_id)
    file = operations.consumption_file(
        actor=caller.actor, account_public_id=account_id, public_id=consumption_id, form=form
    )
    name = f'attachment; filename="{file.name}"'
    return HttpResponse(file.content, content_type=file.media_type, headers={"Content-Disposition": name})


def _out(view: ConsumptionView) -> dict[str, Any]:
    told = view.statement
    return {
        "id": view.public_id,
        "code": view.code,
        "on": view.on.isoformat(),
        "since": str(Month.of(told.since)),
        "until": str(Month.of(told.until)),
        "unit": told.service.unit.value,
        "opening_kopecks": told.opening,
        "months": [
            {
                "month": str(Month.of(each.month)),
                "zones": each.volumes
                and [{"zone": zone, "volume": plain_number(kwh)} for zone, kwh in each.volumes.zones],
                "corrected_volume": each.volumes and plain_number(each.volumes.corrected),
                "charged_kopecks": each.charged,
                "recalculated_kopecks": each.recalculated,
                "other_kopecks": each.other,
                "paid_kopecks": each.paid,
                "closing_kopecks": each.closing,
            }
            for each in told.months
        ],
        "debt": told.debt.state.value,
        "owed_kopecks": told.debt.owed,
        "late_kopecks": told.debt.late,
        "plan_kept": told.plan and told.plan.kept,
        "check_url": operations.check_address(view.code),
    }
