"""Work sessions: apart from the cabinet's, short, and worth nothing without the second factor.

A work session signs nobody in to the cabinet: ``request.user`` stays anonymous, so no page of customers can
take a member of staff for a customer, and no customer's session can open a desk.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest

from svet.look.requests import now_of
from svet.staffing import operations as staffing
from svet.staffing.queries import MemberView, member_of
from svet.staffing.rules import ABSOLUTE, session_ended

_KEY = "work"
#: A page moves the session forward at most this often, so that reading costs no write.
_SEEN_EVERY = 30


@dataclass(frozen=True, slots=True)
class StaffSession:
    """Who works in this browser; ``proved`` tells that the second factor was answered.

    ``owes_password``: they came by a password that somebody else gave, and choose an own one first.
    """

    member: MemberView
    proved: bool
    owes_password: bool


def open_work(request: HttpRequest, *, person_id: int, typed: bool = False) -> None:
    """Begin a session that may do nothing but answer the second factor; whatever was open here ends.

    ``typed``: they came by their password and not by the company's sign-in service, so they can be asked for
    another one.
    """
    member = member_of(person_id=person_id)
    if member is None:
        raise LookupError("no such member")
    now = now_of(request).timestamp()
    request.session.flush()
    request.session[_KEY] = {
        "person": member.person_id,
        "seal": member.seal,
        "opened": now,
        "seen": now,
        "proved": False,
        "typed": typed,
    }
    request.session.set_expiry(int(ABSOLUTE.total_seconds()))


def prove_work(request: HttpRequest) -> None:
    """The second factor was answered: the session is opened under a fresh key, and its hours begin."""
    now = now_of(request)
    kept = _kept(request) | {"proved": True, "opened": now.timestamp(), "seen": now.timestamp()}
    request.session.cycle_key()
    request.session[_KEY] = kept
    staffing.note_member_seen(person_id=kept["person"], now=now)


def renew_work(request: HttpRequest) -> None:
    """Go on under a fresh key after the member's own password changed, which ended every session but this."""
    kept = _kept(request)
    member = member_of(person_id=kept["person"])
    if member is None:
        raise LookupError("no such member")
    request.session.cycle_key()
    request.session[_KEY] = kept | {"seal": member.seal}
    del request.svet_work  # type: ignore[attr-defined]


def bind_later(request: HttpRequest, *, digest: str) -> None:
    """Keep the identity by which the member came, until the second factor has shown that it is they."""
    request.session[_KEY] = _kept(request) | {"identity": digest}


def waiting_identity(request: HttpRequest) -> str:
    """The identity to be bound after the second factor, or an empty text."""
    return str(_kept(request).get("identity", ""))


def close_work(request: HttpRequest) -> None:
    """End the session on the server, not only in the browser."""
    request.session.flush()


def staff_session(request: HttpRequest) -> StaffSession | None:
    """The living work session of this browser, moved forward; a dead one is ended here.

    It is looked up once per request.
    """
    if not hasattr(request, "svet_work"):
        request.svet_work = _living(request)  # type: ignore[attr-defined]
    found: StaffSession | None = request.svet_work  # type: ignore[attr-defined]
    return found


def _kept(request: HttpRequest) -> dict[str, Any]:
    kept = request.session.get(_KEY)
    return dict(kept) if isinstance(kept, dict) else {}


def _living(request: HttpRequest) -> StaffSession | None:
    kept = _kept(request)
    if not kept:
        return None
    now = now_of(request)
    opened, seen = (datetime.fromtimestamp(kept[name], tz=UTC) for name in ("opened", "seen"))
    member = member_of(person_id=kept["person"])
    if (
        member is None
        or kept["seal"] not in (member.seal, *member.former_seals)
        or session_ended(opened_at=opened, seen_at=seen, now=now)
    ):
        close_work(request)
        return None
    if now.timestamp() - kept["seen"] >= _SEEN_EVERY:
        request.session[_KEY] = kept | {"seen": now.timestamp()}
    owes = member.password_due and bool(kept.get("typed"))
    return StaffSession(member, bool(kept["proved"]), owes)
