"""What the pages of the money desk share: whose a case is, taking it, and the end of an act."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from svet.look.requests import now_of
from svet.payments import operations
from svet.payments.queries import suspense
from svet.payments.queries.suspense import Owner
from svet.payments.rules.registers import CaseKind
from svet.staff.shell.desk import actor_of, member_at

LIST = "/staff/money/"
CLAIMS = frozenset({"take", "take_over", "release"})


def owner_of(kind: CaseKind, subject: str) -> Owner | None:
    """Who has taken the case."""
    return suspense.owners(kind=kind, subjects=[subject]).get(subject)


def ownership(request: HttpRequest, kind: CaseKind, subject: str) -> dict[str, object]:
    """What the page says about whose the case is."""
    owner = owner_of(kind, subject)
    return {"owner": owner, "mine": owner is not None and owner.person_id == member_at(request).person_id}


def claim(request: HttpRequest, kind: CaseKind, subject: str, act: str) -> HttpResponse:
    """Take the case, take it over or put it back; the page it was asked on comes again."""
    by, now = actor_of(request), now_of(request)
    if act == "release":
        operations.release(kind=kind, subject=subject, by=by, now=now)
        return redirect(LIST)
    try:
        operations.take(kind=kind, subject=subject, by=by, now=now, over=act == "take_over")
    except operations.ClaimConflict as conflict:
        messages.error(request, _("Этим уже занимается %(name)s.") % conflict.details)
    return redirect(request.path)
