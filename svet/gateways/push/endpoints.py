"""Which addresses a browser may give us to call: those of known push services, never our own network."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

#: Longer than any service's today: Windows' are the longest with about 500 characters.
LONGEST: Final = 1000


def is_known(endpoint: str, *, hosts: Collection[str]) -> bool:
    """Whether a listed service stands behind the endpoint.

    ``hosts`` are names («fcm.googleapis.com»), every name below one («*.push.apple.com»), or a whole origin
    with its scheme and port, for a service inside the house.
    """
    if len(endpoint) > LONGEST or not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint:
        return False
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    if not host or parts.fragment or "@" in parts.netloc or "\\" in endpoint:
        return False
    if f"{parts.scheme}://{parts.netloc.lower()}" in hosts:
        return True
    if parts.scheme != "https" or port not in (None, 443):
        return False
    return any(_matches(host, known) for known in hosts)


def _matches(host: str, known: str) -> bool:
    if known.startswith("*."):
        return host.endswith(known[1:])
    return host == known
