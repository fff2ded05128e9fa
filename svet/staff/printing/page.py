"""«Печать»: the batches of paper bills, what is not printed yet, and the files once more."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from svet.bills import operations, queries
from svet.bills.queries import BatchNotFound
from svet.look.requests import now_of
from svet.staff.shell.desk import Desk, actor_of, deny_as_missing, desk_page
from svet.staffing.rules import Permission

SHOWN = 50

DESK = Desk(
    name="printing",
    label=gettext_lazy("Печать"),
    url="/staff/printing/",
    icon="document",
    permission=Permission.BILLING,
    letter="t",
)


@require_safe
@desk_page(Permission.BILLING)
def printing(request: HttpRequest) -> HttpResponse:
    """The last months' paper by provider, and the newest batches."""
    return render(
        request,
        "staff/printing.html",
        {
            "months": queries.waiting(today=timezone.localdate(now_of(request))),
            "batches": queries.batches(limit=SHOWN),
            "shown": SHOWN,
        },
    )


@require_safe
@desk_page(Permission.BILLING)
def bills_pdf(request: HttpRequest, batch_public_id: str) -> HttpResponse:
    """The bills of a batch, drawn once more."""
    files = _files(request, batch_public_id)
    return _file(files.pdf, f"{files.label}.pdf", "application/pdf")


@require_safe
@desk_page(Permission.BILLING)
def register(request: HttpRequest, batch_public_id: str) -> HttpResponse:
    """The register of a batch."""
    files = _files(request, batch_public_id)
    return _file(files.register, f"{files.label}.csv", "text/csv; charset=utf-8")


@require_safe
@desk_page(Permission.BILLING)
def control(request: HttpRequest, batch_public_id: str) -> HttpResponse:
    """The control sheet of a batch."""
    files = _files(request, batch_public_id)
    return _file(files.control, f"{files.label}-control.pdf", "application/pdf")


def _files(request: HttpRequest, batch_public_id: str) -> operations.PrintFiles:
    try:
        batch = queries.batch_by_public_id(batch_public_id)
    except BatchNotFound:
        deny_as_missing(request, subject="print_batch", public_id=batch_public_id)
    files, same = operations.print_again(batch=batch, by=actor_of(request), now=now_of(request))
    # What another version of Svet draws otherwise must not pass for the pile that was printed.
    return files if same else replace(files, label=f"{files.label}-redrawn")


def _file(content: bytes, name: str, media_type: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


urlpatterns: list[URLPattern] = [
    path("printing/", printing, name="staff-printing"),
    path("printing/<public_id:batch_public_id>/bills.pdf", bills_pdf, name="staff-printing-bills"),
    path("printing/<public_id:batch_public_id>/register.csv", register, name="staff-printing-register"),
    path("printing/<public_id:batch_public_id>/control.pdf", control, name="staff-printing-control"),
]
