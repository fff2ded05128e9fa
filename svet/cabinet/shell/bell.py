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
from svet.notices.rules import registry

_PUBLIC_ID = re.compile(r"[0-9a-z]{16}", re.ASCII)
_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)


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
            "lines": [(notice, _icon(notice.event)) for notice in page.notices],
            "unread": queries.unread_count(recipient_id),
        },
    )


def _icon(code: str) -> str:
    event = registry.find(code)
    return "bell" if event is None else event.icon


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
    path("bell/<public_id:public_id>/", follow, name="bell-follow"),
]
