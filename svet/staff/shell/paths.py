"""Where to go on to after a sign-in."""

from __future__ import annotations

from django.http import HttpRequest

from svet.look.requests import safe_next
from svet.staff.shell.desk import SECOND_FACTOR, SIGN_IN


def going_to(request: HttpRequest) -> str:
    """The desk to go on to: a path of the back office and nothing else."""
    target = safe_next(request, request.POST.get("next") or request.GET.get("next"))
    return target if target.startswith("/staff/") and not target.startswith((SIGN_IN, SECOND_FACTOR)) else ""
