"""Photos of meters on the cabinet's pages: taking them in beside the digits, showing them to who may see."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.urls.resolvers import URLPattern
from django.views.decorators.http import require_safe

from svet.accounts import texts as subscriber_texts
from svet.cabinet.readings.form import TypedSet
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, now_of, signed_in
from svet.files import texts as file_texts
from svet.files.rules import UploadRefused
from svet.limits.operations import LimitReached
from svet.look.photos import photo_response
from svet.metering import operations, queries
from svet.metering.queries import MeterNotFound


def uploaded(request: HttpRequest, field: str) -> tuple[str, str]:
    """The outside id of the photo in this field, and what was wrong with it; both empty without a photo."""
    file = request.FILES.get(field)
    if not isinstance(file, UploadedFile) or not file.name:
        return "", ""
    try:
        return operations.keep_photo(raw=file.read(), by=actor_of(request), now=now_of(request)), ""
    except UploadRefused as refused:
        return "", file_texts.explain(refused)
    except LimitReached as reached:
        return "", subscriber_texts.explain(reached)


def take_in(request: HttpRequest, typed: TypedSet) -> None:
    """Keep the photo that came with a set, so that the guard's question need not cost it."""
    # The field's name begins with «photo»: by that the upload handler knows it.
    found, error = uploaded(request, f"photo-{typed.prefix}" if typed.prefix else "photo")
    typed.photo_public_id = found or typed.photo_public_id
    typed.photo_error = error


@require_safe
@signed_in
def photo(request: HttpRequest, photo_public_id: str) -> HttpResponse:
    """One photo of a reading or of an objection."""
    try:
        return photo_response(queries.photo_for(actor_of(request), public_id=photo_public_id))
    except MeterNotFound:
        deny_as_missing(request, subject="photo", public_id=photo_public_id)


urlpatterns: list[URLPattern] = [
    path("readings/photos/<public_id:photo_public_id>.jpg", photo, name="reading-photo")
]
