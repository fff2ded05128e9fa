"""Which addresses a person may give us to call: public ones by https, and origins the operator has named.

The name is judged when it is given and again when it is called; what it resolves to is judged at each call,
and the connection goes to the very address that was judged, so that a name cannot lead elsewhere meanwhile.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

LONGEST: Final = 500
#: Signs over which two readers of an address might disagree.
_NEVER: Final = frozenset(' \\"<>')
PORTS: Final = frozenset({443, 8443})
_PORT_OF: Final = {"https": 443, "http": 80}


def origin_of(url: str) -> tuple[str, str, int] | None:
    """(scheme, host, port) of an address that can be called at all, or None."""
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or set(url) & _NEVER:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").removesuffix(".")
    if parts.scheme not in _PORT_OF or not host or parts.fragment or "@" in parts.netloc:
        return None
    return parts.scheme, host, port or _PORT_OF[parts.scheme]


def is_named(url: str, *, origins: Collection[str]) -> bool:
    """Whether the operator has named its origin: then it may be plain, private and on any port."""
    found = origin_of(url)
    return found is not None and any(origin_of(each) == found for each in origins)


def may_be_called(url: str, *, origins: Collection[str]) -> bool:
    """Whether the address as it stands may be called; what its name resolves to is judged later."""
    found = origin_of(url)
    if found is None:
        return False
    if is_named(url, origins=origins):
        return True
    scheme, host, port = found
    if scheme != "https" or port not in PORTS:
        return False
    try:
        return is_public(str(ipaddress.ip_address(host)))
    except ValueError:
        # A name; one without a dot is of our own network, and no name of the world ends with digits.
        return _is_name(host) and not host.rpartition(".")[2].isdigit() and not host.endswith(_INNER)


def _is_name(host: str) -> bool:
    """Whether it can be asked for at all (RFC 1035, 2.3.4), and has a dot."""
    labels = host.split(".")
    return len(host) <= 253 and len(labels) > 1 and all(_LABEL.fullmatch(each) for each in labels)


_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")


_INNER: Final = (".local", ".internal", ".localhost", ".home.arpa")


def is_public(address: str) -> bool:
    """Whether a resolved address lies in the open network: not ours, not the machine's, not the cloud's."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if found.sixtofour is not None or found.teredo is not None or found in _NAT64:
            return False  # tunnels: the address inside is another one
        if found.is_site_local:
            return False  # fec0::/10, former private addresses: some networks have them still
    elif any(found in each for each in _NOT_PEOPLES):
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved


_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
#: Of nobody's program, whatever the registry that Python came with says: the metadata of Azure's and of
#: Oracle's machines (192.0.0.192 lies among the addresses of protocols), relays of 6to4.
_NOT_PEOPLES: Final = tuple(map(ipaddress.ip_network, ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24")))
