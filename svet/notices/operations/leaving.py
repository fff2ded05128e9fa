"""Somebody deletes their cabinet: one last word, and nothing is kept of where it went."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q

from svet.kernel.transactions import require_transaction
from svet.notices.models import Delivery, IncomingSms, Notice, Recipient, Subscription
from svet.notices.operations import send_email, send_sms
from svet.notices.operations.messengers import forget_chat
from svet.notices.rules import EventSpec


def say_farewell(*, recipient_id: int, event: EventSpec, params: Mapping[str, str], now: datetime) -> None:
    """Drop everything told to the person and promise ``event``, the last word, to phone and confirmed e-mail.

    In the caller's transaction; the address of the last word is wiped when it has left.
    """
    require_transaction()
    row = Recipient.objects.select_for_update().get(pk=recipient_id)
    Notice.objects.filter(recipient=row).delete()
    Subscription.objects.filter(recipient=row).delete()
    forget_chat(recipient_id=recipient_id)
    # The row stays, for rooms that answered a text know it by its row.
    IncomingSms.objects.filter(phone=row.phone).update(phone="", text="")
    addresses = [address for address in (row.phone, row.email) if address]
    Delivery.objects.filter(Q(recipient=row) | Q(address__in=addresses)).delete()
    send_sms(phone=row.phone, event=event, params=params, now=now, language=row.language)
    if row.email and row.email_confirmed:
        send_email(address=row.email, event=event, params=params, now=now, language=row.language)
    Recipient.objects.filter(pk=recipient_id).update(
        phone="", email="", email_confirmed=False, preferences={}, email_on=False, sms_on=False
    )
