"""Where the SMS provider is: ``smpp://user:password@host:port?sender=NAME`` or ``smsc+https://…``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True, slots=True)
class SmsAddress:
    """The parts of ``SVET_SMS_URL``; the password never appears in its representation."""

    scheme: str
    host: str
    port: int
    login: str
    password: str
    sender: str

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read the setting. :raises ValueError: it names no provider we know."""
        parts = urlsplit(url)
        if parts.scheme not in ("smpp", "smsc+https", "smsc+http") or not parts.hostname:
            raise ValueError("SVET_SMS_URL must look like smpp://user:password@host:2775?sender=NAME")
        default_port = {"smpp": 2775, "smsc+https": 443, "smsc+http": 80}[parts.scheme]
        return cls(
            scheme=parts.scheme,
            host=parts.hostname,
            port=parts.port or default_port,
            login=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            sender=parse_qs(parts.query).get("sender", [""])[0],
        )

    def __repr__(self) -> str:
        return f"SmsAddress({self.scheme}://{self.host}:{self.port})"
