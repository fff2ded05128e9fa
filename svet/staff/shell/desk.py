"""What a desk is, and the guard every page of one stands behind."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Concatenate, NoReturn, ParamSpec
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise

from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.look.requests import client_address, now_of
from svet.staff.shell.session import staff_session
from svet.staffing.queries import MemberView
from svet.staffing.rules import Permission

SIGN_IN = "/staff/sign-in/"
SECOND_FACTOR = "/staff/second-factor/"
OWN_PASSWORD = "/staff/password/"  # noqa: S105 - an address
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Desk:
    """One entry of the menu: its page, who may open it, its letter after «g», and how much waits there."""

    name: str
    label: str | Promise
    url: str
    icon: str
    permission: Permission
    letter: str
    count: Callable[[datetime], int] | None = None


def member_at(request: HttpRequest) -> MemberView:
    """The member of a page under ``@member_page`` or ``@desk_page``."""
    work = staff_session(request)
    if work is None:
        raise TypeError("this page is not under @member_page")
    return work.member


def actor_of(request: HttpRequest) -> Actor:
    """The member as the author of what this request does."""
    return member_at(request).actor(address=client_address(request))


def member_page(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let any member see a page who is signed in with both factors and whose password is their own.

    Others are sent to the sign-in, or to choose one.
    """

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        work = staff_session(request)
        if work is not None and work.proved and work.owes_password:
            return _away(request, OWN_PASSWORD)
        return proved_page(view)(request, *args, **kwargs)

    return guarded


def proved_page(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let any member see a page who is signed in with both factors; others are sent to the sign-in."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        work = staff_session(request)
        if work is None:
            return _away(request, SIGN_IN)
        if not work.proved:
            return _away(request, SECOND_FACTOR)
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = "no-store"
        return response

    return guarded


def desk_page(
    permission: Permission,
) -> Callable[
    [Callable[Concatenate[HttpRequest, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """The same for members whose role has the permission; another is told so, and it is written down."""

    def guard(
        view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @functools.wraps(view)
        def allowed(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if permission not in member_at(request).permissions:
                return _denied(request, permission)
            return view(request, *args, **kwargs)

        return member_page(allowed)

    return guard


def deny_as_missing(request: HttpRequest, *, subject: str, public_id: str) -> NoReturn:
    """Record that a thing was asked for that is not there. :raises Http404: always"""
    journal.record_security(
        by=actor_of(request),
        action="not_visible",
        subject=subject,
        subject_id=public_id[:40],
        now=now_of(request),
    )
    raise Http404


def _away(request: HttpRequest, url: str) -> HttpResponse:
    if request.method in ("GET", "HEAD"):
        url = f"{url}?{urlencode({'next': request.get_full_path()})}"
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def _denied(request: HttpRequest, permission: Permission) -> HttpResponse:
    journal.record_security(
        by=actor_of(request),
        action="staff.denied",
        subject="permission",
        subject_id=permission.value,
        details={"path": request.path[:200]},
        now=now_of(request),
    )
    return render(request, "staff/denied.html", {"permission": permission}, status=403)
