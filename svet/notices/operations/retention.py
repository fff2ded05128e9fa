"""What was sent and told is forgotten when it has served: the oldest first, a handful at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models

from svet.kernel.transactions import use_case
from svet.notices.models import Delivery, IncomingSms, MessengerUpdate, Notice
from svet.notices.rules import DeliveryState


def forget_deliveries(*, before: datetime, most: int) -> int:
    """Delete messages promised before a moment that wait no more, ``most`` of them; says how many."""
    return _forget(Delivery.objects.exclude(state=DeliveryState.WAITING), "created_at", before, most)


def forget_bell(*, before: datetime, most: int) -> int:
    """Delete lines of the bell of before a moment, ``most`` of them; says how many."""
    return _forget(Notice.objects.all(), "created_at", before, most)


def forget_texts(*, before: datetime, most: int) -> int:
    """Empty what people sent by SMS before a moment, phones too, ``most`` of them; says how many.

    The row stays, naming nobody: by it the same text is answered once.
    """
    texts = IncomingSms.objects.filter(received_at__lt=before).exclude(phone="", text="")
    keys = list(texts.order_by("received_at").values_list("pk", flat=True)[:most])
    return IncomingSms.objects.filter(pk__in=keys).update(phone="", text="")


def forget_updates(*, before: datetime, most: int) -> int:
    """Delete what people did to the messenger's bot before a moment, ``most`` of them; says how many."""
    return _forget(MessengerUpdate.objects.all(), "received_at", before, most)


def _forget(rows: models.QuerySet[Any], moment: str, before: datetime, most: int) -> int:
    """Keys grow with time, so the oldest are looked at by key alone: no other index is needed."""
    oldest = list(rows.order_by("pk").values_list("pk", moment)[:most])
    keys = [key for key, at in oldest if at < before]
    if not keys:
        return 0
    with use_case():
        return rows.filter(pk__in=keys).delete()[0]
