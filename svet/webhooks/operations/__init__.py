"""Addresses of people's programs: added, changed, tried; and what is owed to them."""

from svet.webhooks.operations.managing import (
    add_webhook,
    forget_webhooks,
    ping,
    remove_webhook,
    repeat_call,
    rotate_secret,
    switch_off_with_keys,
    turn_on,
)
from svet.webhooks.operations.owing import owe_detached, owe_told

__all__ = [
    "add_webhook",
    "forget_webhooks",
    "owe_detached",
    "owe_told",
    "ping",
    "remove_webhook",
    "repeat_call",
    "rotate_secret",
    "switch_off_with_keys",
    "turn_on",
]
