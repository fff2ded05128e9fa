"""What every face asks of a request: when it came, from where, and where it may go on to."""

from __future__ import annotations

import ipaddress
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest  # noqa: TID251 the faces' common ground
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme


def now_of(request: HttpRequest) -> datetime:
    """The moment of the request: one for everything it does."""
    moment: datetime | None = getattr(request, "svet_now", None)
    if moment is None:
        moment = timezone.now()  # noqa: TID251 the faces' one clock
        request.svet_now = moment  # type: ignore[attr-defined]
    return moment


def client_address(request: HttpRequest) -> str:
    """The client's address; ``X-Forwarded-For`` counts only behind ``SVET_TRUSTED_PROXIES``.

    It is read from the right: everything left of the last trusted proxy may have been made up.
    """
    address = _neighbour(request)
    if not comes_by_proxy(request):
        return address
    for hop in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "")[-500:].split(",")):
        candidate = hop.strip()
        if not _is_address(candidate):
            break
        address = candidate
        if not _is_trusted(candidate):
            break
    return address


def comes_by_proxy(request: HttpRequest) -> bool:
    """Whether the request was brought by a proxy of ``SVET_TRUSTED_PROXIES``."""
    return bool(settings.TRUSTED_PROXIES) and _is_trusted(_neighbour(request))


def _neighbour(request: HttpRequest) -> str:
    """Who speaks with us directly."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    return address if _is_address(address) else "127.0.0.1"  # a Unix socket has no address


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_trusted(text: str) -> bool:
    if not _is_address(text):
        return False
    address = ipaddress.ip_address(text)
    return any(address in ipaddress.ip_network(network, strict=False) for network in settings.TRUSTED_PROXIES)


def safe_next(request: HttpRequest, given: str | None) -> str:
    """A path of this installation to go on to; anything else becomes the start page."""
    if not given or not given.startswith("/") or len(given) > 500:
        return "/"
    own = url_has_allowed_host_and_scheme(given, {request.get_host()}, require_https=request.is_secure())
    return given if own else "/"
