"""Secrets of addresses after a change of the installation's secret: written anew, and the old one may go."""

from __future__ import annotations

from collections import Counter
from typing import Final

from cryptography.fernet import InvalidToken
from django.db import transaction

from svet.webhooks.models import BOX, Webhook

_BATCH: Final = 500


def rekey_webhooks(*, write: bool) -> tuple[int, int, int]:
    """How many secrets lay under the present key, a retired one, none that is known; ``write`` renews them.

    One batch is one transaction, so it may be stopped and run again.
    """
    found: Counter[str] = Counter()
    last = 0
    while True:
        with transaction.atomic():
            rows = Webhook.objects.filter(pk__gt=last).order_by("pk")
            # Whoever only counts waits for nobody, and may look at a copy that cannot be written.
            batch = list((rows.select_for_update(no_key=True) if write else rows)[:_BATCH])
            for row in batch:
                found[_renew(row, write=write)] += 1
        if not batch:
            return found["present"], found["retired"], found["lost"]
        last = batch[-1].pk


def _renew(row: Webhook, *, write: bool) -> str:
    if BOX.is_newest(row.secret) and (not row.former_secret or BOX.is_newest(row.former_secret)):
        return "present"
    try:
        row.secret = BOX.renewed(row.secret)
        row.former_secret = row.former_secret and BOX.renewed(row.former_secret)
    except InvalidToken:
        return "lost"
    if write:
        row.save(update_fields=["secret", "former_secret"])
    return "retired"
