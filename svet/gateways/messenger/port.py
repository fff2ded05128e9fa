"""What Svet asks of a messenger: a bot that sends words to people and hears who starts, stops and writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

#: The ``code`` of a failure after which the bot reaches this person no more, until they start it again.
GONE: Final = "gone"


class Heard(StrEnum):
    """What a person did to the bot."""

    STARTED = "started"
    STOPPED = "stopped"
    SAID = "said"


@dataclass(frozen=True, slots=True)
class BotUpdate:
    """One thing a person did: ``user`` is their id there, ``text`` what they wrote or what the link brought.

    The same thing told again has the same ``key``. ``at``: when, in milliseconds of the messenger's clock, 0
    when it did not say; what is told later may have happened before.
    """

    kind: Heard
    user: str
    name: str
    text: str
    key: str
    at: int = 0


Hear = Callable[[BotUpdate], None]


class Messenger(Protocol):
    """A bot of the retailer's."""

    def link(self, code: str) -> str:
        """The address that opens the bot and brings it a code (letters, digits, ``-`` and ``_``)."""
        ...

    def send(self, *, to: str, text: str) -> str:
        """Write to one person, as plain words whatever signs they hold; returns the messenger's reference.

        It has no place for a name of ours: a message whose answer was lost may be sent twice.

        :raises Temporary: nobody took it (or nobody knows), ask again later.
        :raises Permanent: this message will never be taken; with ``code`` GONE, nor will any other.
        """
        ...

    def attend(self, url: str, hear: Hear) -> bool:
        """Have what people do told to ``url``; says whether that had to be asked for.

        When it had, what was missed meanwhile is heard first: ``hear`` must bear repetition.

        :raises GatewayFailure: nobody knows whether it is told there
        """
        ...

    def close(self) -> None:
        """Let the connections go."""
        ...

    def is_theirs(self, secret: str) -> bool:
        """Whether who tells us something has shown what only the messenger was given."""
        ...

    def read(self, raw: bytes) -> BotUpdate | None:
        """What was told, or None: no matter of ours (groups, other bots). :raises ValueError: unreadable"""
        ...
