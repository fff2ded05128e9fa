"""What one may do with a set that was sent: look at its track, take it back, correct it, add a photo."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from svet.accounts.rules import Right
from svet.cabinet.readings.block import MeterBlock, meter_block
from svet.cabinet.readings.form import TypedSet
from svet.cabinet.readings.photo import uploaded
from svet.cabinet.readings.receipt_view import ReceiptView, receipt_view
from svet.cabinet.readings.submit import attempt
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, now_of, person_of, signed_in
from svet.files import texts as file_texts
from svet.files.rules import PhotoReason, PhotoRefused
from svet.kernel.refusals import NotFound, Refused
from svet.metering import operations, queries, texts
from svet.metering.queries import MeterNotFound


@require_safe
@signed_in
def receipt(request: HttpRequest, set_public_id: str) -> HttpResponse:
    """«Показания переданы»: the number, the track, and until when the set may be taken back."""
    return render(request, "cabinet/readings_receipt.html", {"receipt": find_receipt(request, set_public_id)})


@require_POST
@signed_in
def withdraw(request: HttpRequest, set_public_id: str) -> HttpResponse:
    """Take one's own set back."""
    try:
        operations.withdraw_set(by=actor_of(request), set_public_id=set_public_id, now=now_of(request))
    except MeterNotFound:
        deny_as_missing(request, subject="reading_set", public_id=set_public_id)
    except Refused as refused:
        messages.error(request, texts.explain(refused))
        return redirect("reading-receipt", set_public_id=set_public_id)
    messages.success(request, _("Показания отозваны. Передайте верные, когда будете готовы."))
    return redirect(reverse("readings"))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def correct(request: HttpRequest, set_public_id: str) -> HttpResponse:
    """Send other values in the place of one's own set; the boxes begin with what was sent."""
    try:
        view = queries.set_for(actor_of(request), public_id=set_public_id)
        meter = queries.meter_for(actor_of(request), public_id=view.meter_public_id, right=Right.SUBMIT)
    except MeterNotFound:
        deny_as_missing(request, subject="reading_set", public_id=set_public_id)
    found = find_receipt(request, set_public_id)
    if request.method != "POST":
        if not found.may_withdraw:
            return redirect("reading-receipt", set_public_id=set_public_id)
        block = meter_block(request, meter=meter, typed=None, instead_of=view)
        return _correcting(request, found, block, status=200)
    try:
        typed = TypedSet(request.POST, meter=meter)
        done = attempt(request, meter=meter, typed=typed, instead_of=view)
    except NotFound:
        deny_as_missing(request, subject="reading_set", public_id=set_public_id)
    if done.receipt is None:
        return _correcting(request, found, done.block, status=done.status)
    return redirect("reading-receipt", set_public_id=done.receipt.set_public_id)


def _correcting(request: HttpRequest, found: ReceiptView, block: MeterBlock, *, status: int) -> HttpResponse:
    page = {"receipt": found, "answered": block}
    return render(request, "cabinet/readings_correct.html", page, status=status)


@require_POST
@signed_in
def add_photo(request: HttpRequest, set_public_id: str) -> HttpResponse:
    """Add a photo to a set somebody is looking at."""
    found = find_receipt(request, set_public_id)
    if Right.SUBMIT not in found.card.rights:
        deny_as_missing(request, subject="reading_set", public_id=set_public_id)
    photo_public_id, error = uploaded(request, "photo")
    if not photo_public_id:
        error = error or file_texts.explain(PhotoRefused(PhotoReason.EMPTY))
        page = {"receipt": found, "photo_error": error}
        return render(request, "cabinet/readings_receipt.html", page, status=422)
    try:
        operations.add_photo(
            by=actor_of(request),
            set_public_id=set_public_id,
            photo_public_id=photo_public_id,
            now=now_of(request),
        )
    except MeterNotFound:
        deny_as_missing(request, subject="reading_set", public_id=set_public_id)
    messages.success(request, _("Фото приложено к показаниям."))
    return redirect("reading-receipt", set_public_id=set_public_id)


def find_receipt(request: HttpRequest, set_public_id: str) -> ReceiptView:
    """The receipt of a set, or the 404 of a thing that never was."""
    try:
        return receipt_view(request, set_public_id=set_public_id, person_id=person_of(request).person_id)
    except MeterNotFound:
        deny_as_missing(request, subject="reading_set", public_id=set_public_id)


urlpatterns: list[URLPattern] = [
    path("readings/receipt/<public_id:set_public_id>/", receipt, name="reading-receipt"),
    path("readings/receipt/<public_id:set_public_id>/withdraw/", withdraw, name="reading-withdraw"),
    path("readings/receipt/<public_id:set_public_id>/correct/", correct, name="reading-correct"),
    path("readings/receipt/<public_id:set_public_id>/photo/", add_photo, name="reading-add-photo"),
]
