"""What people are told of the way into their cabinet."""

from typing import Final

from svet.people.events import entrance, messenger, safety
from svet.people.events.actions import ACTIONS
from svet.people.events.entrance import CODE, EMAIL_CODE, PUSH_ON, SOMEBODY_REGISTERS
from svet.people.events.safety import (
    CONTACT_CHANGED,
    FACTOR_CHANGES,
    NEW_DEVICE,
    PASSWORD_CHANGED,
    SECOND_FACTOR,
    TOKEN_EXPIRES,
    TOKEN_ISSUED,
    TOKEN_NARROWED,
)

EVENTS: Final = entrance.EVENTS + safety.EVENTS + messenger.EVENTS

__all__ = [
    "ACTIONS",
    "CODE",
    "CONTACT_CHANGED",
    "EMAIL_CODE",
    "EVENTS",
    "FACTOR_CHANGES",
    "NEW_DEVICE",
    "PASSWORD_CHANGED",
    "PUSH_ON",
    "SECOND_FACTOR",
    "SOMEBODY_REGISTERS",
    "TOKEN_EXPIRES",
    "TOKEN_ISSUED",
    "TOKEN_NARROWED",
]
