"""Where clamd listens: ``unix:///run/clamav/clamd.ctl`` or ``tcp://host:3310``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class ClamdAddress:
    """The parts of ``SVET_CLAMD_URL``: a path, or a host and a port."""

    path: str = ""
    host: str = ""
    port: int = 0

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read the setting. :raises ValueError: it is neither of the two"""
        parts = urlsplit(url)
        beside = parts.query or parts.fragment or parts.username is not None
        if parts.scheme == "unix" and not parts.netloc and parts.path.startswith("/") and not beside:
            return cls(path=parts.path)
        if parts.scheme == "tcp" and parts.hostname and parts.path in ("", "/") and not beside:
            return cls(host=parts.hostname, port=parts.port or 3310)
        raise ValueError("SVET_CLAMD_URL must look like unix:///run/clamav/clamd.ctl or tcp://host:3310")

    def __str__(self) -> str:
        return self.path or f"{self.host}:{self.port}"
