"""A look at a cabinet with its customer's eyes, as the work session keeps it.

It lives inside the work session and ends with it: without a proved member who has the right there is none,
whatever the cookie says. The customer's own session is neither made nor touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import HttpRequest

from svet.kernel.actors import Actor
from svet.look.requests import client_address, now_of
from svet.staff.shell.session import staff_session
from svet.staffing.rules import VIEW_LASTS, Permission, view_ended

_KEY = "looking"


@dataclass(frozen=True, slots=True)
class CustomerView:
    """Whose cabinet is looked at, by whom, until when, and the account to go back to."""

    person_id: int
    account_public_id: str
    by: Actor
    ends_at: datetime


def begin_look(request: HttpRequest, *, person_id: int, account_public_id: str) -> None:
    """Show this person's cabinet in this browser from now on; another look that was open is over.

    The session goes on under a fresh key: whoever knew the former one sees nothing.
    """
    request.session.cycle_key()
    request.session[_KEY] = {
        "person": person_id,
        "account": account_public_id,
        "opened": now_of(request).timestamp(),
    }


def drop_look(request: HttpRequest) -> None:
    """Look no longer."""
    request.session.pop(_KEY, None)


def look_was_begun(request: HttpRequest) -> bool:
    """Whether the session holds a look, be it over or not: asked before :func:`look_at`, which drops it."""
    return _KEY in request.session


def look_at(request: HttpRequest) -> CustomerView | None:
    """The look that is open in this browser; one that is over, or no longer this member's, is dropped."""
    kept = request.session.get(_KEY)
    if not isinstance(kept, dict):
        return None
    work = staff_session(request)
    opened_at = datetime.fromtimestamp(kept["opened"], tz=UTC)
    if (
        work is None
        or not work.proved
        or work.owes_password
        or Permission.CUSTOMER_VIEW not in work.member.permissions
        or view_ended(opened_at=opened_at, now=now_of(request))
    ):
        drop_look(request)
        return None
    return CustomerView(
        person_id=kept["person"],
        account_public_id=kept["account"],
        by=work.member.actor(address=client_address(request)),
        ends_at=opened_at + VIEW_LASTS,
    )
