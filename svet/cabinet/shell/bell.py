"""The bell: what Svet has told the person, newest first, with links to the things themselves."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.views.decorators.http import require_POST, require_safe

from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import now_of, person_of, safe_next, signed_in
from svet.notices import operations, queries
from svet.notices.rules import Event

_PUBLIC_ID = re.compile(r"[0-9a-z]{16}", re.ASCII)
_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)

_ICONS = {
    Event.BILL_READY: "document",
    Event.DUE_NEAR: "clock",
    Event.PAYMENT_CREDITED: "receipt",
    Event.PAYMENT_FAILED: "warning",
    Event.PAYMENT_REFUNDED: "info",
    Event.READING_ACCEPTED: "meter",
    Event.READING_REFUSED: "warning",
    Event.READING_CORRECTED: "warning",
    Event.CONTROL_READING: "eye",
    Event.DISPUTE_ANSWERED: "eye",
    Event.APPEAL_ANSWERED: "help",
    Event.READING_USED: "meter",
    Event.WINDOW_OPEN: "meter",
    Event.WINDOW_CLOSING: "clock",
    Event.VERIFICATION_NEAR: "meter",
    Event.METER_REPLACED: "meter",
    Event.ACCOUNT_LINKED: "home",
    Event.ACCESS_CHANGED: "home",
    Event.NEW_DEVICE: "lock",
    Event.PASSWORD_CHANGED: "lock",
    Event.CONTACT_CHANGED: "lock",
}


@require_safe
@signed_in
def bell(request: HttpRequest) -> HttpResponse:
    """The list; a page number that is none shows the first page."""
    recipient_id = _recipient_of(request)
    given = request.GET.get("page", "1")
    number = int(given) if _PAGE_NUMBER.fullmatch(given) else 1
    page = queries.bell_page(recipient_id, number=number)
    return render(
        request,
        "cabinet/bell.html",
        {
            "page": page,
            "lines": [(notice, _ICONS.get(Event(notice.event), "bell")) for notice in page.notices],
            "unread": queries.unread_count(recipient_id),
        },
    )


@require_POST
@signed_in
def read(request: HttpRequest) -> HttpResponse:
    """Mark one notice read, or all of them when none is named."""
    chosen = request.POST.getlist("notice")
    known = [public_id for public_id in chosen if _PUBLIC_ID.fullmatch(public_id)]
    operations.mark_read(
        recipient_id=_recipient_of(request),
        notice_public_ids=known if chosen else None,
        now=now_of(request),
    )
    return redirect("bell")


@require_POST
@signed_in
def follow(request: HttpRequest, public_id: str) -> HttpResponse:
    """Go to the thing a notice is about; the notice is read by that."""
    recipient_id = _recipient_of(request)
    notice = queries.notice(recipient_id, public_id=public_id)
    if notice is None:
        deny_as_missing(request, subject="notice", public_id=public_id)
    operations.mark_read(recipient_id=recipient_id, notice_public_ids=[public_id], now=now_of(request))
    return redirect(safe_next(request, notice.url) if notice.url else "bell")


def _recipient_of(request: HttpRequest) -> int:
    return person_of(request).recipient_id


urlpatterns: list[URLPattern] = [
    path("bell/", bell, name="bell"),
    path("bell/read/", read, name="bell-read"),
    path("bell/<slug:public_id>/", follow, name="bell-follow"),
]
