"""What the owner of an address does with it; every address is found by whose it is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from urllib.parse import urlsplit

from svet.gateways import webhooks
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.moving import move_standing
from svet.kernel.places import Place
from svet.kernel.refusals import NotFound
from svet.kernel.transactions import require_transaction, use_case
from svet.limits import operations as limits
from svet.limits.rules import LimitName
from svet.look.formats import moment
from svet.notices import operations as notices
from svet.notices.rules import EventSpec
from svet.people import queries as people
from svet.webhooks import events as told
from svet.webhooks.jobs import wake_calls
from svet.webhooks.models import BOX, CALL_MOVES, CallState, Webhook, WebhookCall
from svet.webhooks.operations.owing import call_for, owe
from svet.webhooks.queries import HookView, hook_view
from svet.webhooks.rules import (
    BOTH_SECRETS,
    GIVE_UP,
    MOST_HOOKS,
    PING,
    HookReason,
    HookRefused,
    checked_events,
    new_secret,
)


def add_webhook(
    *, by: Actor, url: str, events: Collection[str], now: datetime, key: str = ""
) -> tuple[HookView, str]:
    """Take an address, say its secret, this one time, and tell the owner; ``key``: whose program gave it.

    :raises HookRefused: the address or the events cannot be, it is given already, or there are too many
    """
    chosen = checked_events(events)
    address = url.strip()
    if not webhooks.gateway().takes(address):
        raise HookRefused(HookReason.URL, field="url")
    secret = new_secret()
    person_id = by.person_id or 0
    with use_case():
        recipient_id = people.recipient_of(person_id)
        # One recipient's addresses are changed one after another: this row is the lock and the flag.
        notices.listen_for(recipient_id=recipient_id, listened=True)
        given = list(Webhook.objects.filter(person_id=person_id).values_list("url", flat=True))
        if address in given:
            # A lost answer asked for again would else have everything told twice.
            raise HookRefused(HookReason.TWICE, field="url")
        if len(given) >= MOST_HOOKS:
            raise HookRefused(HookReason.TOO_MANY, field="url")
        row = Webhook.objects.create(
            person_id=person_id,
            recipient_id=recipient_id,
            url=address,
            events=chosen,
            secret=BOX.close(secret),
            made_by_key=key,
            created_at=now,
        )
        _note(by, "webhook.added", row, now=now)
        _tell(told.HOOK_ADDED, row, now=now)
    return hook_view(row), secret


def remove_webhook(*, by: Actor, public_id: str, now: datetime) -> None:
    """Call the address no more; what it was sent is forgotten. :raises NotFound: absent or another's"""
    with use_case():
        recipient_id = people.recipient_of(by.person_id or 0)
        # The same lock as of an addition, before anything is counted: one that is added at this very moment
        # would not be seen yet, and the mark that its news hang on would be taken away.
        notices.listen_for(recipient_id=recipient_id, listened=True)
        row = _locked(by, public_id)
        _note(by, "webhook.removed", row, now=now)
        row.delete()
        left = Webhook.objects.filter(recipient_id=recipient_id).exists()
        notices.listen_for(recipient_id=recipient_id, listened=left)


def rotate_secret(*, by: Actor, public_id: str, now: datetime) -> str:
    """Another secret, said this one time; the former one signs too for a day.

    :raises NotFound: absent or another's
    :raises HookRefused: a former one signs still: changed again now, it would stop at once
    """
    secret = new_secret()
    with use_case():
        row = _locked(by, public_id)
        if row.former_until is not None and row.former_until > now:
            raise HookRefused(HookReason.ROTATED)
        row.former_secret, row.former_until = row.secret, now + BOTH_SECRETS
        row.secret = BOX.close(secret)
        row.save(update_fields=["secret", "former_secret", "former_until"])
        _note(by, "webhook.rotated", row, now=now)
        _tell(told.HOOK_ROTATED, row, now=now)
    return secret


def turn_on(*, by: Actor, public_id: str, now: datetime) -> None:
    """Call an address again that was switched off; one that is on stays so. :raises NotFound:"""
    with use_case():
        row = _locked(by, public_id)
        if row.off_at is None:
            return
        row.off_at = row.failing_since = None
        row.save(update_fields=["off_at", "failing_since"])
        _note(by, "webhook.on", row, now=now)


def switch_off_with_keys(*, person_id: int, keys: Collection[str] | None, by: Actor, now: datetime) -> None:
    """Keys were revoked: post nothing where their programs listen; None, all keys: nowhere (a step).

    Who ends all keys trusts nothing that was set up before; the owner switches on what is theirs.
    """
    require_transaction()
    rows = Webhook.objects.select_for_update(no_key=True).filter(person_id=person_id, off_at__isnull=True)
    for row in (rows if keys is None else rows.filter(made_by_key__in=keys)).order_by("pk"):
        row.off_at = now
        row.save(update_fields=["off_at"])
        _note(by, "webhook.ended", row, now=now)
        _tell(told.HOOK_ENDED, row, now=now)


def ping(*, by: Actor, public_id: str, now: datetime) -> None:
    """Post a try with no ids. :raises NotFound: :raises HookRefused: it is off :raises LimitReached:"""
    limits.spend(limit=LimitName.PINGS_PER_PERSON, key=str(by.person_id), now=now)
    with use_case():
        row = _locked(by, public_id)
        if row.off_at is not None:
            raise HookRefused(HookReason.OFF)
        owe([call_for(row, event=PING, kind="", thing="", now=now)])


def repeat_call(*, by: Actor, call_public_id: str, now: datetime) -> None:
    """Post the same news under the same id once more; the guard is asked again when it leaves.

    :raises NotFound: absent or another's :raises HookRefused: it waits, or the address is off
    :raises LimitReached:
    """
    limits.spend(limit=LimitName.PINGS_PER_PERSON, key=str(by.person_id), now=now)
    with use_case():
        calls = WebhookCall.objects.select_for_update(of=("self",), no_key=True).select_related("hook")
        call = calls.filter(hook__person_id=by.person_id or 0, public_id=call_public_id).first()
        if call is None:
            raise NotFound(HookReason.NO_SUCH)
        if call.hook.off_at is not None:
            raise HookRefused(HookReason.OFF)
        state = CALL_MOVES.state(call.state)
        if state is CallState.WAITING:
            raise HookRefused(HookReason.WAITS)
        move_standing(
            WebhookCall.objects.filter(pk=call.pk),
            moves=CALL_MOVES,
            before=state,
            to=CallState.WAITING,
            changes={"due_at": now, "give_up_at": now + GIVE_UP, "attempts": 0, "done_at": None},
        )
        wake_calls([call.pk])


def forget_webhooks(*, person_id: int, by: Actor, now: datetime) -> None:
    """The cabinet is deleted: nothing is posted any more (a step)."""
    require_transaction()
    Webhook.objects.filter(person_id=person_id).delete()


def _locked(by: Actor, public_id: str) -> Webhook:
    rows = Webhook.objects.select_for_update(no_key=True)
    row = rows.filter(person_id=by.person_id or 0, public_id=public_id).first()
    if row is None:
        raise NotFound(HookReason.NO_SUCH)
    return row


def _tell(event: EventSpec, row: Webhook, *, now: datetime) -> None:
    notices.notify(
        recipient_id=row.recipient_id,
        event=event,
        params={"host": urlsplit(row.url).hostname or "", "at": moment(now)},
        place=Place("webhook", (row.public_id,)),
        now=now,
    )


def _note(by: Actor, action: str, row: Webhook, *, now: datetime) -> None:
    journal.record(by=by, action=action, subject="webhook", subject_id=row.public_id, now=now)
