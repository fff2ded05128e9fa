"""Reminding those who help: asked for per account, ended by one press or with the right."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

import structlog
from django.utils import timezone

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountCard, GroupView
from svet.bills import queries as bills
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.once import insert_absent
from svet.kernel.places import Place
from svet.kernel.transactions import require_transaction, use_case
from svet.look.formats import day
from svet.metering import queries as metering
from svet.notices import operations as notices
from svet.people import operations as people_operations
from svet.people import queries as people
from svet.today import events
from svet.today.models import HelpTold, HelpWish
from svet.today.queries import facts_of
from svet.today.rules.helping import AHEAD, HelpReason, HelpRefused, Nudge, NudgeKind, nudges

PEOPLE_PER_BATCH: Final = 200
log = structlog.get_logger(__name__)


def ask_for_help_reminders(*, by: Actor, account_public_id: str, days: int, now: datetime) -> None:
    """Remind the actor of an account that its owner has opened to them; another number of days replaces it.

    :raises AccountNotFound: not in the actor's cabinet
    :raises HelpRefused: the account is their own, or nobody may ask for so many days
    """
    if days not in AHEAD:
        raise HelpRefused(HelpReason.DAYS, field="days")
    with use_case():
        card = account_queries.card_of(by, account_public_id=account_public_id)
        if not card.by_invitation:
            raise HelpRefused(HelpReason.OWN)
        person_id = by.person_id or 0
        people_operations.lock_person(person_id=person_id)
        _row, made = HelpWish.objects.update_or_create(
            person_id=person_id, account_id=card.account_id, defaults={"days": days, "made_at": now}
        )
        if made:
            _note(by, card, action="help.asked", now=now)


def end_help_reminders(*, by: Actor, account_public_id: str, now: datetime) -> None:
    """Remind no more; twice is the same as once. :raises AccountNotFound: not in the actor's cabinet"""
    with use_case():
        card = account_queries.card_of(by, account_public_id=account_public_id)
        wishes = HelpWish.objects.filter(person_id=by.person_id or 0, account_id=card.account_id)
        if wishes.delete()[0]:
            _note(by, card, action="help.ended", now=now)


def forget_wishes(*, person_id: int, by: Actor, now: datetime) -> None:
    """A deleted cabinet has no wishes (a step)."""
    require_transaction()
    HelpWish.objects.filter(person_id=person_id).delete()
    HelpTold.objects.filter(person_id=person_id).delete()


def drop_wish(*, person_id: int, account_id: int, now: datetime) -> None:
    """A wish ends with the access, and does not come back with it (a step); what was told stays told."""
    require_transaction()
    HelpWish.objects.filter(person_id=person_id, account_id=account_id).delete()


def forget_help_told(*, before: datetime, most: int) -> int:
    """Delete rows of what ended before a moment, ``most`` of them; says how many.

    By the day that ended and not by that of the telling: a row that is gone would be told again.
    """
    oldest = HelpTold.objects.order_by("pk").values_list("pk", "ends_on")[:most]
    keys = [key for key, on in oldest if on < before.date()]
    with use_case():
        return HelpTold.objects.filter(pk__in=keys).delete()[0] if keys else 0


def remind_helpers(*, now: datetime) -> int:
    """Tell those who have asked of what ends soon, where it is an hour for that; says how many were told.

    Each person is one transaction: what is told is written down with its telling, so a run that is killed,
    late or repeated tells nobody twice. A wish whose right has ended is taken away here.
    """
    awake = {
        provider.provider_id
        for found in account_queries.providers_to_remind(now).values()
        for provider in found
    }
    told = after = 0
    while awake:
        wishes = HelpWish.objects.filter(person_id__gt=after).order_by("person_id")
        batch = list(wishes.values_list("person_id", flat=True).distinct()[:PEOPLE_PER_BATCH])
        if not batch:
            break
        for person_id in batch:
            # What befalls one person's accounts is no matter of those who come after them.
            try:
                with use_case():
                    told += _remind(person_id, awake=awake, now=now)
            except Exception:
                log.exception("today.helper_failed", person=person_id)
        after = batch[-1]
    return told


def _remind(person_id: int, *, awake: Collection[int], now: datetime) -> int:
    wishes = {
        wish.account_id: wish.days
        for wish in HelpWish.objects.select_for_update(no_key=True).filter(person_id=person_id)
    }
    groups = account_queries.cabinet(person_id)
    held = {card.account_id: card for group in groups for card in group.cards if card.by_invitation}
    # By the keys that were read: a wish that is made meanwhile, with the right that it needs, stays.
    HelpWish.objects.filter(person_id=person_id, account_id__in=wishes.keys() - held.keys()).delete()
    cards = {
        card.public_id: card
        for account_id, card in held.items()
        if account_id in wishes and card.provider.provider_id in awake
    }
    # Somebody blocked is told nothing, and what was not told is not written down as told.
    recipients: Mapping[int, int] = people.recipients_of([person_id])
    if not cards or person_id not in recipients:
        return 0
    found = _nudges(person_id, groups[0], cards, wishes, now=now)
    rows = [(person_id, card.account_id, nudge.kind.value, nudge.on, now) for card, nudge in found]
    columns = ("person_id", "account_id", "kind", "ends_on", "told_at")
    fresh = {row[1:4] for row in insert_absent(model=HelpTold, columns=columns, rows=rows)}
    new = [(card, nudge) for card, nudge in found if (card.account_id, nudge.kind.value, nudge.on) in fresh]
    for card, nudge in new:
        _tell(recipients[person_id], card, nudge, now=now)
    return len(new)


def _nudges(
    person_id: int,
    group: GroupView,
    cards: Mapping[str, AccountCard],
    wishes: Mapping[int, int],
    *,
    now: datetime,
) -> list[tuple[AccountCard, Nudge]]:
    """What ends soon, without what is promised and what the reminders that go to everybody told already."""
    narrow = [replace(group, cards=tuple(cards.values()))]
    facts = facts_of(Actor.person(person_id), now=now, local_today=timezone.localdate(now), groups=narrow)
    due = bills.due_told(person_id=person_id, account_ids=[card.account_id for card in cards.values()])
    closing = metering.closing_told(person_id=person_id)
    found = []
    for each in facts.accounts:
        card = cards[each.public_id]
        known = {Nudge(NudgeKind.DUE, on) for account_id, on in due if account_id == card.account_id}
        known |= {Nudge(NudgeKind.READINGS, on) for on in closing}
        days = wishes[card.account_id]
        found += [(card, nudge) for nudge in nudges(each, days=days) if nudge not in known]
    return found


def _tell(recipient_id: int, card: AccountCard, nudge: Nudge, *, now: datetime) -> None:
    readings = nudge.kind is NudgeKind.READINGS
    notices.notify(
        recipient_id=recipient_id,
        event=events.HELP_READINGS if readings else events.HELP_DUE,
        params={"account": card.number, "on": day(nudge.on)},
        place=Place("account-same", (card.public_id,)) if readings else Place("payment"),
        now=now,
    )


def _note(by: Actor, card: AccountCard, *, action: str, now: datetime) -> None:
    journal.record(
        by=by,
        action=action,
        subject="account",
        subject_id=card.public_id,
        now=now,
        account_id=card.account_id,
    )
