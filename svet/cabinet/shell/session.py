"""What every page asks of a request: who, from where, when, and whether they are signed in."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import auth
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from svet.kernel.actors import Actor
from svet.look.requests import client_address, now_of, safe_next
from svet.people import operations as people
from svet.people import queries
from svet.people.queries import PersonView, factors

__all__ = [
    "AGREEMENTS_DUE",
    "DEVICE_COOKIE",
    "PHONE_TYPED",
    "SECOND_STEP_HOME",
    "actor_of",
    "client_address",
    "close_session",
    "customer_row",
    "device_cookie",
    "flow_key",
    "keep_session",
    "now_of",
    "open_session",
    "opened_at",
    "person_of",
    "safe_next",
    "signed_in",
    "signed_in_only",
    "visitor",
]

DEVICE_COOKIE = f"{settings.COOKIE_PREFIX}svet-device"
_DEVICE_AGE = 400 * 24 * 3600  # the longest browsers keep a cookie
P = ParamSpec("P")
_BACKEND_PATH = "django.contrib.auth.backends.ModelBackend"
_BACKEND = auth.load_backend(_BACKEND_PATH)

#: The phone as it was typed, kept between the steps of the entrance.
PHONE_TYPED = "phone_typed"
#: Where the second step of the sign-in is connected.
SECOND_STEP_HOME = "/profile/second-factor/"
#: Set at sign-in while a newer version of an agreement waits to be agreed to.
AGREEMENTS_DUE = "agreements_due"
#: Whoever does not agree may still read what was agreed, take their data along and leave.
_OPEN_WITHOUT_AGREEING = ("/profile/consents/", "/profile/data/", "/profile/confirm/")
#: Whoever has to connect a second step first sees nothing else.
_OPEN_BEFORE_SECOND_STEP = (SECOND_STEP_HOME, "/profile/confirm/", "/entrance/agreements/")
_FLOW = "flow"
_OPENED = "opened_at"
_SLID = "slid_at"
_SLIDING = timedelta(days=14)
_ABSOLUTE = timedelta(days=30)
_SLIDE_EVERY = timedelta(hours=12)


def actor_of(request: HttpRequest) -> Actor:
    """Who acts: the signed-in person, or nobody known, each with their address."""
    address = client_address(request)
    person = visitor(request)
    return (
        Actor.anonymous(address=address)
        if person is None
        else Actor.person(person.person_id, address=address)
    )


def visitor(request: HttpRequest) -> PersonView | None:
    """Who is signed in, or nobody. Django's own row of them stays in this module.

    Who has yet to connect the second step that everybody needs here is nobody on pages that are open to all.
    """
    person = queries.signed_in_person(request.user)
    return None if person is not None and _has_to_connect(request, person) else person


def _has_to_connect(request: HttpRequest, person: PersonView) -> bool:
    """Whether nothing opens before a second step; the staff looks at a portal by its own two steps."""
    if request.path.startswith(_OPEN_BEFORE_SECOND_STEP) or hasattr(request, "svet_look"):
        return False
    return factors.lacks_second_step(person_id=person.person_id)


def person_of(request: HttpRequest) -> PersonView:
    """The signed-in person of a page under ``@signed_in``."""
    person = visitor(request)
    if person is None:
        raise TypeError("this page is not under @signed_in")
    return person


def flow_key(request: HttpRequest) -> str:
    """A secret of this session to which codes are bound; unlike the session's key it survives rotation."""
    key: str | None = request.session.get(_FLOW)
    if key is None:
        key = secrets.token_urlsafe(24)
        request.session[_FLOW] = key
    return key


def device_cookie(request: HttpRequest) -> str:
    """The cookie by which this browser is recognised, or an empty text."""
    return str(request.COOKIES.get(DEVICE_COOKIE, ""))[:64]


def _row_of(person_id: int) -> Any:
    """Django's row of a person, for its own sessions. :raises PermissionDenied: blocked meanwhile"""
    row = _BACKEND.get_user(person_id)
    if row is None:
        raise PermissionDenied
    return row


def customer_row(person_id: int) -> Any:
    """Django's row of a customer whose cabinet can be signed in to; None for anybody else."""
    row = _BACKEND.get_user(person_id)
    return None if row is None or row.is_staff else row


def open_session(request: HttpRequest, response: HttpResponse, *, person_id: int) -> None:
    """Sign the person in here: a fresh session key, and the browser remembered."""
    now = now_of(request)
    cookie = device_cookie(request) or secrets.token_urlsafe(24)
    request.session.flush()
    auth.login(request, _row_of(person_id), backend=_BACKEND_PATH)
    request.session[_OPENED] = request.session[_SLID] = now.timestamp()
    request.session.set_expiry(int(_SLIDING.total_seconds()))
    request.session.save()
    people.remember_device(
        person_id=person_id,
        cookie=cookie,
        session_key=request.session.session_key or "",
        agent=request.headers.get("User-Agent", "")[:200],
        address=client_address(request),
        now=now,
    )
    response.set_cookie(
        DEVICE_COOKIE, cookie, max_age=_DEVICE_AGE, secure=settings.HTTPS, httponly=True, samesite="Lax"
    )


def close_session(request: HttpRequest) -> None:
    """Sign out: the row of the session goes, and this browser shows no notices any more."""
    people.sign_out(session_key=request.session.session_key or "")
    auth.logout(request)


def keep_session(request: HttpRequest) -> None:
    """Let this session outlive a change of the person's password, under a fresh key."""
    before = request.session.session_key or ""
    auth.update_session_auth_hash(request, _row_of(person_of(request).person_id))
    request.session.save()
    people.move_session(before=before, after=request.session.session_key or "")


def opened_at(request: HttpRequest) -> float:
    """When the person signed in here, in seconds of the epoch; 0 where nobody noted it."""
    return float(request.session.get(_OPENED) or 0)


def _is_alive(request: HttpRequest) -> bool:
    """Whether the session may go on; a living one is moved forward."""
    now = now_of(request)
    opened = request.session.get(_OPENED)
    if opened is None:
        return True
    left = opened + _ABSOLUTE.total_seconds() - now.timestamp()
    if left <= 0:
        auth.logout(request)
        return False
    if now.timestamp() - request.session.get(_SLID, 0) > _SLIDE_EVERY.total_seconds():
        request.session[_SLID] = now.timestamp()
        request.session.set_expiry(int(min(_SLIDING.total_seconds(), left)))
        people.seen(session_key=request.session.session_key or "", address=client_address(request), now=now)
    return True


def _to_entrance(request: HttpRequest) -> HttpResponse:
    query = {"tab": "sign-in"}
    if request.method == "GET":
        query["next"] = request.get_full_path()
    return _led(request, f"{settings.LOGIN_URL}?{urlencode(query)}")


def _led(request: HttpRequest, url: str) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def signed_in_only(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let signed-in people see a page, even those who have not agreed to the newest texts yet.

    Where everybody needs a second step, nobody without one sees anything but where it is connected.
    """

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        person = queries.signed_in_person(request.user)
        if person is None or not _is_alive(request):
            return _to_entrance(request)
        if _has_to_connect(request, person):
            return _led(request, SECOND_STEP_HOME)
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return guarded


def signed_in(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let only signed-in people see a page; others go to the entrance and come back after it."""

    @signed_in_only
    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.session.get(AGREEMENTS_DUE) and not request.path.startswith(_OPEN_WITHOUT_AGREEING):
            return redirect(f"/entrance/agreements/?{urlencode({'next': request.path})}")
        return view(request, *args, **kwargs)

    return guarded
