"""A cabinet shown to a member of the staff: the pages are the customer's, the session is nobody's.

For the time of one page the request has the customer for its user, an empty session that is never kept, and
no messages. What the page would leave in a session is gone with it, and nothing of the work session can be
read by a page of customers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.messages.storage.base import BaseStorage
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from svet.cabinet.shell.session import customer_row


@dataclass(frozen=True, slots=True)
class LookBanner:
    """What stands above each page: whose eyes these are (the name, or the phone without one), until when."""

    name: str
    phone: str
    ends_at: datetime


class _NoSession(SessionBase):
    """Empty, and gone after the page."""

    def exists(self, session_key: str) -> bool:
        return False

    def create(self) -> None: ...

    def save(self, must_create: bool = False) -> None: ...

    def delete(self, session_key: str | None = None) -> None: ...

    def load(self) -> dict[str, Any]:
        return {}


class _NoMessages(BaseStorage):
    def _get(self, *_args: object, **_kwargs: object) -> tuple[list[Any], bool]:
        return [], True

    def _store(self, *_args: object, **_kwargs: object) -> list[Any]:
        return []


def banner(request: HttpRequest, *, person_id: int, ends_at: datetime) -> bool:
    """Put the banner above whatever is shown; False: there is no such cabinet any more."""
    row = customer_row(person_id)
    if row is None:
        return False
    name = " ".join(part for part in (row.first_name, row.patronymic, row.last_name) if part)
    request.svet_look = LookBanner(name, row.phone, ends_at)  # type: ignore[attr-defined]
    return True


@contextmanager
def customers_eyes(request: HttpRequest, *, person_id: int) -> Iterator[None]:
    """Let the page inside see the customer signed in. Who calls lets nothing be written meanwhile."""
    own: dict[str, Any] = {name: getattr(request, name, None) for name in ("user", "session", "_messages")}
    request.user = customer_row(person_id)
    request.session = _NoSession()
    request._messages = _NoMessages(request)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for name, value in own.items():
            setattr(request, name, value)


def closed_page(request: HttpRequest, *, tried: bool) -> HttpResponse:
    """403 under the banner: nothing can be changed (``tried``), or this page is not for other eyes."""
    return render(request, "cabinet/not_for_other_eyes.html", {"tried": tried}, status=403)
