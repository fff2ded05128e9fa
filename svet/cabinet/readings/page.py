"""«Показания»: every meter of every account, its odometers, the guard's questions; one or all at once."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from svet.accounts.rules import Right
from svet.cabinet.readings import by_file, dispute, photo, receipt, same
from svet.cabinet.readings.block import MeterBlock, meter_block
from svet.cabinet.readings.form import TypedSet
from svet.cabinet.readings.sheet import ReadingsSheet, gathered, sheet
from svet.cabinet.readings.submit import Attempt, attempt
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, signed_in
from svet.cabinet.shell.slices import LONGEST_ID, query_of
from svet.kernel.refusals import NotFound
from svet.metering import queries
from svet.metering.queries import MeterNotFound, MeterView


@require_safe
@signed_in
def readings(request: HttpRequest) -> HttpResponse:
    """The page as it stands before anything was typed."""
    return render(request, "cabinet/readings.html", {"sheet": sheet(request)})


@require_safe
@signed_in
def of_account(request: HttpRequest, account_public_id: str) -> HttpResponse:
    """The meters of one account, as somebody sent here for them sees it."""
    found = sheet(request, only=account_public_id)
    if not found.sections:
        deny_as_missing(request, subject="account", public_id=account_public_id)
    if request.GET.get("part") == "row" and request.htmx:  # type: ignore[attr-defined]
        # What a row of a long list has in it, fetched when it is opened.
        return render(request, "cabinet/readings_line_body.html", {"row": found.sections[0].accounts[0]})
    return render(request, "cabinet/readings.html", {"sheet": found})


@require_POST
@signed_in
def submit(request: HttpRequest, meter_public_id: str) -> HttpResponse:
    """Take one meter's set; htmx gets the meter's block, a browser without it the page or the receipt."""
    meter = find_meter(request, meter_public_id)
    try:
        done = attempt(request, meter=meter, typed=TypedSet(request.POST, meter=meter))
    except NotFound:
        deny_as_missing(request, subject="meter", public_id=meter_public_id)
    if done.receipt is not None and not request.htmx:  # type: ignore[attr-defined]
        return redirect("reading-receipt", set_public_id=done.receipt.set_public_id)
    return _answer(request, done.block, status=done.status)


@require_POST
@signed_in
def preview(request: HttpRequest, meter_public_id: str) -> HttpResponse:
    """The consumption and the cost of what is typed right now: a part of the page for htmx."""
    meter = find_meter(request, meter_public_id)
    typed = TypedSet(request.POST, meter=meter, prefix=_prefix(request, meter))
    block = meter_block(request, meter=meter, typed=typed)
    in_row = request.POST.get("as") == "row"
    return render(request, f"cabinet/readings_{'told' if in_row else 'preview'}.html", {"block": block})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def all_at_once(request: HttpRequest) -> HttpResponse:
    """Every meter in one form; each set is taken or asked about by itself, and none costs another.

    Many accounts are rows with empty fields: what is left empty is not sent, and whether the same digits were
    meant is asked. Of a long list a part is shown; ``go`` sends what was typed in it and goes on to another.
    """
    if request.method != "POST":
        return render(request, "cabinet/readings_all.html", {"sheet": _all(request, {})})
    sent_from = {name.removesuffix("-key") for name in request.POST if name.endswith("-key")}
    page = _all(request, {}, sent_from)
    done: dict[int, Attempt] = {}
    same: dict[int, MeterBlock] = {}
    for block in page.sendable:
        typed = TypedSet(request.POST, meter=block.meter, prefix=block.prefix)
        if f"{block.prefix}key" not in request.POST or (page.as_rows and not any(typed.raw.values())):
            continue
        if page.as_rows and block.sent is None and _untouched(block, typed) and not typed.is_old:
            same[block.meter.meter_id] = meter_block(request, meter=block.meter, typed=typed)
        # What was sent already, by this very form perhaps, has the same answer again.
        elif page.as_rows or not _untouched(block, typed) or typed.is_old:
            try:
                done[block.meter.meter_id] = attempt(request, meter=block.meter, typed=typed)
            except NotFound:
                deny_as_missing(request, subject="meter", public_id=block.meter.public_id)
    answers = same | {key: each.block for key, each in done.items()}
    sent = sum(each.receipt is not None for each in done.values())
    go = request.POST.get("go", "")
    if go and sent == len(answers):
        if sent:
            messages.success(request, _taken(sent))
        query = "&".join(filter(None, [page.part.query, query_of(**{"from": go[:LONGEST_ID]})]))
        return redirect(f"{reverse('readings-all')}?{query}")
    return render(
        request,
        "cabinet/readings_all.html",
        {
            "sheet": _all(request, answers, sent_from),
            "tried": True,
            "sent": sent,
            "left": len(answers) - sent,
        },
        status=422 if sent < len(answers) else 200,
    )


def _all(
    request: HttpRequest, answers: dict[int, MeterBlock], sent_from: Collection[str] = ()
) -> ReadingsSheet:
    return gathered(request, answers=answers, prefixed=True, sent_from=sent_from)


def _taken(sent: int) -> str:
    return ngettext("Передано %(sent)s показание.", "Передано %(sent)s показаний.", sent) % {"sent": sent}


def _untouched(block: MeterBlock, typed: TypedSet) -> bool:
    """Whether the boxes still show what they showed: nothing was read off this meter."""
    return typed.is_whole and all(typed.values[scale.zone] == Decimal(scale.last) for scale in block.scales)


def _prefix(request: HttpRequest, meter: MeterView) -> str:
    """How this meter's fields are called in the form that asks."""
    prefix = f"{meter.public_id}-"
    return prefix if f"{prefix}key" in request.POST else ""


def find_meter(request: HttpRequest, meter_public_id: str) -> MeterView:
    """A meter for which the person may send readings. :raises Http404: absent or not theirs"""
    try:
        return queries.meter_for(actor_of(request), public_id=meter_public_id, right=Right.SUBMIT)
    except MeterNotFound:
        deny_as_missing(request, subject="meter", public_id=meter_public_id)


def _answer(request: HttpRequest, block: MeterBlock, *, status: int) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        # htmx drops the body of a refusal, so a block is always a success for it.
        return render(request, "cabinet/readings_meter.html", {"block": block})
    page = {"sheet": sheet(request, answered=block)}
    if page["sheet"].light:
        # Among many rows the question would have to be looked for, or would stand in another part.
        page = {"sheet": sheet(request, answered=block, only=block.meter.account.public_id)}
    return render(request, "cabinet/readings.html", page, status=status)


urlpatterns: list[URLPattern] = [
    path("readings/", readings, name="readings"),
    path("readings/all/", all_at_once, name="readings-all"),
    path("accounts/<public_id:account_public_id>/readings/", of_account, name="account-readings"),
    path("accounts/<public_id:account_public_id>/readings/same/", same.same, name="account-same"),
    *by_file.urlpatterns,
    *receipt.urlpatterns,
    *dispute.urlpatterns,
    *photo.urlpatterns,
    path("readings/<public_id:meter_public_id>/", submit, name="reading-submit"),
    path("readings/<public_id:meter_public_id>/preview/", preview, name="reading-preview"),
]
