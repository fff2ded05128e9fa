"""Sets that waited on a person's device for a network: who is signed in now, and one set at a time.

The page's own queue and the service worker ask here; answers are for programs, sentences for people. A set
goes through the same operation as the form, under the key it got when it was entered.
"""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from svet.cabinet.readings.form import TypedSet
from svet.cabinet.readings.page import find_meter
from svet.cabinet.readings.submit import Attempt, attempt
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import now_of, person_of, signed_in, visitor
from svet.kernel.refusals import NotFound
from svet.look import formats
from svet.metering import texts
from svet.metering.operations import ReadingReceipt
from svet.metering.rules import ReadingRefused, moment_of_entry


@require_safe
@never_cache
def whoami(request: HttpRequest) -> JsonResponse:
    """Who is signed in, by their opaque id, and the token their next request needs."""
    person = visitor(request)
    if person is None:
        return JsonResponse({"person": "", "csrf": ""})
    return JsonResponse({"person": person.public_id, "csrf": get_token(request)})


@require_POST
@signed_in
def receive(request: HttpRequest, meter_public_id: str) -> JsonResponse:
    """Take one waiting set; what cannot be taken stays with the person, with its reason and what to do."""
    owner = request.POST.get("owner", "")
    if owner and owner != person_of(request).public_id:
        # A phone in other hands: the set is neither sent nor told about.
        return _answer("other_person", status=409)
    meter = find_meter(request, meter_public_id)
    typed = TypedSet(request.POST, meter=meter)
    now = now_of(request)
    try:
        entered = moment_of_entry(_claimed(request, now), now=now)
        done = attempt(request, meter=meter, typed=typed, entered_at=entered)
    except NotFound:
        deny_as_missing(request, subject="meter", public_id=meter_public_id)
    except ReadingRefused as refused:
        return _answer("refused", status=422, text=texts.explain(refused))
    if done.receipt is not None:
        return _taken(done.receipt, entered=entered, received=now)
    return _not_taken(done)


def _claimed(request: HttpRequest, now: datetime) -> datetime:
    """The moment the device gives, in whole milliseconds of the epoch; a spoilt one is now."""
    raw = request.POST.get("entered", "")
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 14):
        return now
    return datetime.fromtimestamp(int(raw) / 1000, tz=UTC)


def _taken(receipt: ReadingReceipt, *, entered: datetime, received: datetime) -> JsonResponse:
    text = _("Показания переданы, квитанция %(number)s: введены %(entered)s, получены %(received)s.") % {
        "number": receipt.receipt_number,
        "entered": formats.moment(entered),
        "received": formats.moment(received),
    }
    return _answer("taken", status=200, text=text, url=f"/readings/receipt/{receipt.set_public_id}/")


def _not_taken(done: Attempt) -> JsonResponse:
    block = done.block
    wrong = [*block.errors, *(text for scale in block.scales for text in scale.errors), block.photo_error]
    text = " ".join(dict.fromkeys(filter(None, [*wrong, *(question.text for question in block.questions)])))
    if done.status == HTTPStatus.TOO_MANY_REQUESTS:
        return _answer("later", status=429, text=text)
    if block.confirm and not any(wrong):
        return _answer("asked", status=422, text=text, confirm=block.confirm)
    return _answer("refused", status=422, text=text)


def _answer(outcome: str, *, status: int, **more: Any) -> JsonResponse:
    return JsonResponse({"outcome": outcome} | more, status=status)


urlpatterns: list[URLPattern] = [
    path("readings/kept/", whoami, name="readings-kept"),
    path("readings/<public_id:meter_public_id>/kept/", receive, name="reading-kept"),
]
