"""Card acquiring: the port, one file per vendor, and the choice between them by ``ACQUIRING_URL``."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings

from svet.gateways.acquiring.hurried import Hurried
from svet.gateways.acquiring.port import Acquiring
from svet.gateways.acquiring.yookassa import YooKassa


def gateway() -> Acquiring:
    """The bank named in the settings. :raises ValueError: a scheme nobody serves."""
    return _gateway(settings.ACQUIRING_URL, max(1, settings.WEB_THREADS // 2))


@lru_cache(maxsize=4)
def _gateway(url: str, places: int) -> Acquiring:
    scheme = urlsplit(url).scheme.partition("+")[0]
    if scheme == "yookassa":
        return Hurried(YooKassa.from_url(url), places=places)
    raise ValueError(f"SVET_ACQUIRING_URL: nobody serves {scheme!r}")
