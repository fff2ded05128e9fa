"""«Показания»: every meter of every account, its odometers, the guard's questions, the receipt."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from svet.cabinet.readings_form import TypedSet
from svet.cabinet.readings_receipt import ReceiptView, receipt_view
from svet.cabinet.readings_view import MeterBlock, meter_block, sheet
from svet.cabinet.requests import actor_of, now_of, person_of, signed_in
from svet.cabinet.strangers import turn_away
from svet.kernel.refusals import Refused
from svet.limits.operations import LimitReached
from svet.metering import operations, queries, texts
from svet.metering.models import Meter
from svet.metering.operations import ConfirmationNeeded, Receipt, SetRefused
from svet.metering.queries import MeterNotFound
from svet.metering.rules import Channel, Doubt, judge
from svet.subscribers import texts as subscriber_texts
from svet.subscribers.queries import provider_today
from svet.subscribers.rules import Right


@require_safe
@signed_in
def readings(request: HttpRequest) -> HttpResponse:
    """The page as it stands before anything was typed."""
    return render(request, "cabinet/readings.html", {"sheet": sheet(request)})


@require_POST
@signed_in
def submit(request: HttpRequest, meter_id: str) -> HttpResponse:
    """Take one meter's set; htmx gets the meter's block, a browser without it the page or the receipt."""
    meter = _meter(request, meter_id)
    typed = TypedSet(request.POST, meter=meter)
    if typed.asks_preview:
        return _answer(request, meter_block(request, meter=meter, typed=typed), status=200)
    if not typed.is_whole:
        return _answer(request, meter_block(request, meter=meter, typed=typed), status=422)
    try:
        receipt = _send(request, meter=meter, typed=typed)
    except LimitReached as reached:
        block = meter_block(request, meter=meter, typed=typed, errors=[subscriber_texts.explain(reached)])
        return _answer(request, block, status=429)
    except (ConfirmationNeeded, SetRefused) as refused:
        block = meter_block(request, meter=meter, typed=typed, judgement=refused.judgement)
        return _answer(request, block, status=422)
    except MeterNotFound:
        turn_away(request, subject="meter", public_id=meter_id)
    except Refused as refused:
        block = meter_block(request, meter=meter, typed=typed, errors=[texts.explain(refused)])
        return _answer(request, block, status=422)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("reading-receipt", set_id=receipt.set_id)
    return _answer(request, meter_block(request, meter=meter, typed=None, receipt=receipt), status=200)


def _send(request: HttpRequest, *, meter: Meter, typed: TypedSet) -> Receipt:
    now = now_of(request)
    today = provider_today(meter.account.provider, now)
    confirmed = typed.is_confirmed
    if typed.is_old and not confirmed:
        # «Отправить старые показания» is itself the answer to the question about nothing used.
        known = queries.dials(meters=[meter], read_on=today)[meter.pk]
        judgement = judge(dials=known.dials, values=typed.values, read_on=today)
        confirmed = judgement.doubts <= {Doubt.ZERO}
    return operations.submit_readings(
        by=actor_of(request),
        meter_id=meter.public_id,
        values=typed.values,
        read_on=today,
        now=now,
        channel=Channel.WEB,
        key=typed.key,
        confirmed=confirmed,
    )


@require_POST
@signed_in
def preview(request: HttpRequest, meter_id: str) -> HttpResponse:
    """The consumption and the cost of what is typed right now: a part of the page for htmx."""
    meter = _meter(request, meter_id)
    block = meter_block(request, meter=meter, typed=TypedSet(request.POST, meter=meter))
    return render(request, "cabinet/readings_preview.html", {"block": block})


def _meter(request: HttpRequest, meter_id: str) -> Meter:
    try:
        return queries.meter_for(actor_of(request), public_id=meter_id, right=Right.SUBMIT)
    except MeterNotFound:
        turn_away(request, subject="meter", public_id=meter_id)


def _answer(request: HttpRequest, block: MeterBlock, *, status: int) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        # htmx drops the body of a refusal, so a block is always a success for it.
        return render(request, "cabinet/readings_meter.html", {"block": block})
    page = {"sheet": sheet(request, answered=block)}
    return render(request, "cabinet/readings.html", page, status=status)


@require_safe
@signed_in
def receipt(request: HttpRequest, set_id: str) -> HttpResponse:
    """«Показания переданы»: the number, the track, and until when the set may be taken back."""
    return render(request, "cabinet/readings_receipt.html", {"receipt": _receipt(request, set_id)})


@require_POST
@signed_in
def withdraw(request: HttpRequest, set_id: str) -> HttpResponse:
    """Take one's own set back."""
    try:
        operations.withdraw_set(by=actor_of(request), set_id=set_id, now=now_of(request))
    except MeterNotFound:
        turn_away(request, subject="reading_set", public_id=set_id)
    except Refused as refused:
        messages.error(request, texts.explain(refused))
        return redirect("reading-receipt", set_id=set_id)
    messages.success(request, _("Показания отозваны. Передайте верные, когда будете готовы."))
    return redirect(reverse("readings"))


def _receipt(request: HttpRequest, set_id: str) -> ReceiptView:
    try:
        return receipt_view(request, set_id=set_id, person_id=person_of(request).pk)
    except MeterNotFound:
        turn_away(request, subject="reading_set", public_id=set_id)


urlpatterns: list[URLPattern] = [
    path("readings/", readings, name="readings"),
    path("readings/receipt/<slug:set_id>/", receipt, name="reading-receipt"),
    path("readings/receipt/<slug:set_id>/withdraw/", withdraw, name="reading-withdraw"),
    path("readings/<slug:meter_id>/", submit, name="reading-submit"),
    path("readings/<slug:meter_id>/preview/", preview, name="reading-preview"),
]
