"""Browsers in which a member of staff is signed in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.utils import timezone

from svet.staffing.models import StaffMember
from svet.staffing.queries import view


def working(
    member: StaffMember,
    *,
    opened: datetime | None = None,
    seen: datetime | None = None,
    proved: bool = True,
    **options: Any,
) -> Client:
    """A browser with a work session, as the second factor leaves it; ``proved`` False: before it."""
    now = timezone.now()
    session = SessionStore()
    session["work"] = {
        "person": member.person_id,
        "seal": view(member).seal,
        "opened": (opened or now).timestamp(),
        "seen": (seen or now).timestamp(),
        "proved": proved,
    }
    session.create()
    client = Client(**options)
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
    return client
