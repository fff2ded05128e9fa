"""Writes: recipients, their switches and browsers, and promises to tell."""

from svet.gateways.mail.port import Attachment
from svet.gateways.push.port import BrowserAddress
from svet.notices.operations.listening import listen_for, when_told
from svet.notices.operations.pushes import UnusableSubscription, forget_devices, subscribe, unsubscribe
from svet.notices.operations.recipients import add_recipient, set_addresses, set_preferences
from svet.notices.operations.telling import (
    NoticeMessage,
    mark_read,
    notify,
    notify_many,
    send_email,
    send_sms,
)

__all__ = [
    "Attachment",
    "BrowserAddress",
    "NoticeMessage",
    "UnusableSubscription",
    "add_recipient",
    "forget_devices",
    "listen_for",
    "mark_read",
    "notify",
    "notify_many",
    "send_email",
    "send_sms",
    "set_addresses",
    "set_preferences",
    "subscribe",
    "unsubscribe",
    "when_told",
]
