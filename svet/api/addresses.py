"""The address a request really comes from."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The client's address; ``X-Forwarded-For`` counts only behind ``SVET_TRUSTED_PROXIES``.

    It is read from the right: what stands left of the last trusted proxy may have been made up.
    """
    address = str(request.META.get("REMOTE_ADDR", ""))
    hops = request.headers.get("X-Forwarded-For", "")[-500:].split(",")
    while hops and _is_trusted(address):
        candidate = hops.pop().strip()
        if not _is_address(candidate):
            break
        address = candidate
    return address


def _is_trusted(text: str) -> bool:
    if not _is_address(text):
        return False
    address = ipaddress.ip_address(text)
    networks = (ipaddress.ip_network(network, strict=False) for network in settings.TRUSTED_PROXIES)
    return any(address in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
