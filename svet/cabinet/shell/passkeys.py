"""A passkey's question and its answer, kept in the session between the two."""

from __future__ import annotations

from datetime import datetime
from ipaddress import ip_address
from typing import Any

from django.http import HttpRequest

from svet.cabinet.shell.session import now_of
from svet.people.operations import Ceremony, Site
from svet.people.rules.factors import STEP_LIFE
from svet.site import queries as site

_CEREMONY = "passkey"


def passkey_site(request: HttpRequest) -> Site | None:
    """The site passkeys belong to here; none where the address is a number: browsers refuse that."""
    host = request.get_host().rsplit(":", 1)[0] if not request.get_host().endswith("]") else ""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return Site(host=host, name=site.installation().brand) if host else None
    return None


def remember_ceremony(request: HttpRequest, ceremony: Ceremony, *, kind: str) -> dict[str, Any]:
    """Keep what the answer will be checked against; the options go to the page's script."""
    request.session[_CEREMONY] = {
        "kind": kind,
        "state": ceremony.state,
        "at": now_of(request).timestamp(),
    }
    return ceremony.options


def take_ceremony(request: HttpRequest, *, kind: str) -> dict[str, Any] | None:
    """What the answer is checked against, once: the next answer needs a new question."""
    kept: dict[str, Any] | None = request.session.pop(_CEREMONY, None)
    if kept is None or kept["kind"] != kind or _is_old(kept["at"], now=now_of(request)):
        return None
    state: dict[str, Any] = kept["state"]
    return state


def _is_old(at: float, *, now: datetime) -> bool:
    return now.timestamp() - at > STEP_LIFE.total_seconds()
