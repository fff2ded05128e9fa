"""«Не согласны?»: an objection to a control reading, and taking it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from svet.cabinet.readings.photo import uploaded
from svet.cabinet.readings.receipt import find_receipt
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, now_of, signed_in
from svet.files import texts as file_texts
from svet.files.rules import PhotoRefused
from svet.kernel.refusals import NotFound, Refused
from svet.metering import operations, texts

LONGEST_KEPT = 4_000


@require_POST
@signed_in
def object_to(request: HttpRequest, control_public_id: str) -> HttpResponse:
    """Object with words and, if there is one, a photo; what was typed stays when something is wrong."""
    found = find_receipt(request, control_public_id)
    words = request.POST.get("words", "").replace("\0", "")[:LONGEST_KEPT]
    photo_public_id, photo_error = uploaded(request, "photo")
    photo_public_id = photo_public_id or request.POST.get("photo_id", "")[:40]
    error = ""
    if not photo_error:
        try:
            operations.open_dispute(
                by=actor_of(request),
                set_public_id=control_public_id,
                words=words,
                now=now_of(request),
                photo_public_id=photo_public_id,
            )
        except NotFound:
            deny_as_missing(request, subject="reading_set", public_id=control_public_id)
        except PhotoRefused as refused:
            photo_public_id, photo_error = "", file_texts.explain(refused)
        except Refused as refused:
            error = texts.explain(refused)
        else:
            messages.success(request, _("Возражение получено. Ответ придёт сюда и в уведомления."))
            return redirect("reading-receipt", set_public_id=control_public_id)
    page = {
        "receipt": found,
        "objection": {
            "words": words,
            "error": error,
            "photo_error": photo_error,
            "photo_id": photo_public_id,
        },
    }
    return render(request, "cabinet/readings_receipt.html", page, status=422)


@require_POST
@signed_in
def take_back(request: HttpRequest, control_public_id: str) -> HttpResponse:
    """The objection is no longer needed."""
    found = find_receipt(request, control_public_id)
    dispute = found.control.dispute if found.control is not None else None
    if dispute is None:
        deny_as_missing(request, subject="dispute", public_id=control_public_id)
    try:
        operations.withdraw_dispute(
            by=actor_of(request), dispute_public_id=dispute.public_id, now=now_of(request)
        )
    except NotFound:
        deny_as_missing(request, subject="dispute", public_id=dispute.public_id)
    except Refused as refused:
        messages.error(request, texts.explain(refused))
    else:
        messages.success(request, _("Возражение отозвано."))
    return redirect("reading-receipt", set_public_id=control_public_id)


urlpatterns: list[URLPattern] = [
    path("readings/receipt/<public_id:control_public_id>/object/", object_to, name="reading-object"),
    path(
        "readings/receipt/<public_id:control_public_id>/object/withdraw/",
        take_back,
        name="reading-object-withdraw",
    ),
]
