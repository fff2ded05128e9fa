"""What people do to the messenger's bot: kept once, and read by the room above."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from svet.gateways.messenger.port import BotUpdate
from svet.limits.operations import LimitReached, spend
from svet.limits.rules import LimitName
from svet.notices.models import MessengerUpdate
from svet.notices.rules import registry


def take_update(heard: BotUpdate, *, now: datetime) -> None:
    """Keep one act and promise to read it, in one transaction; told again, nothing changes.

    :raises LookupError: nobody reads them; the messenger tells it again
    """
    readers = registry.bot_readers()
    if not readers:
        raise LookupError("no room reads what people do to the bot")
    if MessengerUpdate.objects.filter(digest=heard.key).exists():
        return
    reader = heard.user[:32]
    try:
        spend(limit=LimitName.ACTS_PER_MESSENGER, key=reader, now=now)
    except LimitReached:
        # Nobody fills our table, reader or stranger; a bot stopped then is found out by what we write next.
        return
    # A NUL cannot be stored; what holds one is no code and no command of ours.
    words = {"name": heard.name.replace("\0", "")[:120], "text": heard.text.replace("\0", "?")[:1000]}
    row = MessengerUpdate(
        digest=heard.key, kind=heard.kind, reader=reader, happened=heard.at, received_at=now, **words
    )
    with transaction.atomic():
        # Told twice at once, one row stands: the other one is passed over by the constraint.
        MessengerUpdate.objects.bulk_create([row], ignore_conflicts=True)
        kept = MessengerUpdate.objects.filter(digest=heard.key).values_list("pk", flat=True).get()
        for promise in readers:
            promise(kept)
