"""``SVET_MESSENGER_URL`` taken apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True, slots=True)
class MessengerAddress:
    """``vendor[+http]://bot:token@host[:port]/path?page=…&ca=…``; the token stays out of its representation.

    ``page`` is where the bot's links lead when not to the messenger's own; ``ca`` a file of certificates that
    are trusted beside the usual ones.
    """

    vendor: str
    base: str
    host: str
    bot: str
    token: str = field(repr=False)
    page: str
    ca: str

    @classmethod
    def parse(cls, url: str) -> Self:
        """Take it apart. :raises ValueError: bot, token or host is missing, or no such port can be"""
        parts = urlsplit(url)
        vendor, _, transport = parts.scheme.partition("+")
        bot, token = unquote(parts.username or ""), unquote(parts.password or "")
        if not (parts.hostname and bot and token and transport in ("", "http", "https")):
            raise ValueError("SVET_MESSENGER_URL must look like max://bot:token@host")
        netloc = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        port = f":{parts.port}" if parts.port else ""
        options = {name: values[0] for name, values in parse_qs(parts.query).items()}
        return cls(
            vendor=vendor,
            base=f"{transport or 'https'}://{netloc}{port}{parts.path.rstrip('/')}",
            host=parts.hostname,
            bot=bot,
            token=token,
            page=options.get("page", ""),
            ca=options.get("ca", ""),
        )
