"""Files of strangers are looked through by the scanner that ``SVET_CLAMD_URL`` names, if it names one."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from svet.gateways.failures.bulkhead import Bulkhead
from svet.gateways.scanning.address import ClamdAddress
from svet.gateways.scanning.clamd import Clamd
from svet.gateways.scanning.hurried import HurriedScanner
from svet.gateways.scanning.port import Scanner

#: Seconds for which a page waits for a place while others are asking.
QUEUE = 2.0


def gateway() -> Scanner | None:
    """The scanner of this installation; None when none is named. :raises ValueError: no such address"""
    if not settings.CLAMD_URL:
        return None
    # Half of the pages at most wait for it, as for a bank.
    return _gateway(settings.CLAMD_URL, max(1, settings.WEB_THREADS // 2))


@lru_cache(maxsize=4)
def _gateway(url: str, places: int) -> Scanner:
    clamd = Clamd(ClamdAddress.parse(url))
    return HurriedScanner(clamd, places=Bulkhead("scanner", places=places, queue=QUEUE))
