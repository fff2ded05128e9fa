"""Somebody at another's door: the same 404 as for a thing that never was, and a line in the journal."""

from __future__ import annotations

from typing import NoReturn

from django.http import Http404, HttpRequest

from svet.cabinet.shell.session import actor_of, now_of
from svet.journal import operations as journal


def deny_as_missing(request: HttpRequest, *, subject: str, public_id: str) -> NoReturn:
    """Record that the thing was asked for in vain. :raises Http404: always"""
    # A member who looks with the customer's eyes is written down by whoever lets them look.
    if not hasattr(request, "svet_look"):
        journal.record_security(
            by=actor_of(request),
            action="not_visible",
            subject=subject,
            subject_id=public_id[:40],
            now=now_of(request),
        )
    raise Http404
