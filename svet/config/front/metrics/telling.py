"""Who may read the metrics, and the text they get."""

from __future__ import annotations

import hmac
import ipaddress
import os
from collections.abc import Mapping
from datetime import UTC, datetime

from django.conf import settings
from django.db import close_old_connections
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector

from svet.config.front.bridge import Answer
from svet.config.front.metrics.standing import StandingCollector

#: Set for the processes of one `svet web`, which share what they count.
SHARED = "PROMETHEUS_MULTIPROC_DIR"


def may_read(*, client: str, headers: Mapping[str, str]) -> bool:
    """Whether the asker has the token, or comes straight from a network of ``SVET_METRICS_NETWORKS``.

    Through a proxy everybody has the proxy's address, so who was forwarded needs the token.
    """
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if settings.METRICS_TOKEN and scheme.lower() == "bearer":
        return hmac.compare_digest(given.strip().encode(), settings.METRICS_TOKEN.encode())
    if headers.get("x-forwarded-for") or headers.get("forwarded"):
        return False
    try:
        address = ipaddress.ip_address(client.rpartition(":")[0].strip("[]"))
    except ValueError:
        return False
    networks = (ipaddress.ip_network(each, strict=False) for each in settings.METRICS_NETWORKS)
    return any(address in network for network in networks)


def metrics_text(*, now: datetime) -> bytes:
    """Durations of all processes of this command on this machine, and the standing of the installation."""
    if os.environ.get(SHARED):
        processes = CollectorRegistry(auto_describe=False)
        MultiProcessCollector(processes)  # type: ignore[no-untyped-call]
    else:
        processes = REGISTRY
    standing = CollectorRegistry(auto_describe=False)
    standing.register(StandingCollector(now=now))
    return generate_latest(processes) + generate_latest(standing)


def answer() -> Answer:
    """The answer to one who may read; to be made in a thread, for it asks the database."""
    try:
        body = metrics_text(now=datetime.now(UTC))
    finally:
        close_old_connections()
    headers = [("content-type", CONTENT_TYPE_PLAIN_0_0_4), ("cache-control", "no-store")]
    return Answer(200, headers, body)
