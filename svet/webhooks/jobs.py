"""Background: post what is owed, look again at what nobody finished, forget what is old.

The truth is the call's row; a job is only a wake-up for it, as with notices.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from cryptography.fernet import InvalidToken
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.types import JSONValue

from svet.accounts.queries import account_for, visible_accounts
from svet.bills.queries import bill_for
from svet.gateways import webhooks
from svet.gateways.failures import Permanent, Temporary
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.moving import move_standing
from svet.kernel.places import Place
from svet.kernel.refusals import NotFound
from svet.metering.queries import set_for
from svet.metering.queries.meters import meter_for
from svet.notices import operations as notices
from svet.payments.queries import order_for
from svet.people import queries as people
from svet.webhooks import events
from svet.webhooks.models import BOX, CALL_MOVES, CallState, Webhook, WebhookCall
from svet.webhooks.rules import (
    CROWDED,
    HOLD,
    KEPT,
    OFF_AFTER,
    SKEW,
    body_of,
    pause_after,
    says_no_more,
    signed_headers,
)

logger = logging.getLogger(__name__)

_CLOCK = Actor.system("webhooks")
_GONE: Final = 410


@app.task(queue="webhooks", name="webhooks.deliver", pass_context=False)
def deliver(call_id: int) -> None:
    """Post one call if it still waits and is due; the network is touched outside any transaction."""
    now = timezone.now()
    held = WebhookCall.objects.filter(pk=call_id, state=CallState.WAITING.value, due_at__lte=now + SKEW)
    if not held.update(due_at=now + HOLD, attempts=F("attempts") + 1):
        return
    call = WebhookCall.objects.select_related("hook").filter(pk=call_id).first()
    if call is None:
        # Its address was removed while the fact was being written.
        WebhookCall.objects.filter(pk=call_id).delete()
        return
    if call.hook.off_at is not None:
        _finish(call, CallState.DROPPED, now=now, reason="off")
    elif call.attempts > 1 and now >= call.give_up_at:
        # Whoever held it last died each time, or nobody worked for days.
        _finish(call, CallState.FAILED, now=now, status=call.status, reason=call.reason or "given up")
    else:
        try:
            _post(call, now=now)
        except Exception as error:
            # Whatever it is, it is of this call: it may not be woken by the sweep for ever.
            logger.exception("webhook call %s", call.public_id)
            _failed(call, reason=type(error).__name__, now=timezone.now(), ours=True)


def _post(call: WebhookCall, *, now: datetime) -> None:
    hook = call.hook
    ids = ids_seen(person_id=hook.person_id, kind=call.kind, thing=call.thing)
    if ids is None or (call.body and not says_no_more(call.body, than=ids)):
        _finish(call, CallState.DROPPED, now=now, reason="not visible")
        return
    if not call.body:
        call.body = body_of(call.event, at=call.created_at, data=ids)
        WebhookCall.objects.filter(pk=call.pk).update(body=call.body)
    body = call.body.encode()
    try:
        headers = signed_headers(_secrets(hook, now=now), message=f"msg_{call.public_id}", at=now, body=body)
        answer = webhooks.gateway().call(url=hook.url, headers=headers, body=body)
    except InvalidToken:
        _failed(call, reason="secret", final=True, now=timezone.now(), ours=True)
    except Permanent as failure:
        _failed(call, reason=str(failure), final=True, now=timezone.now())
    except Temporary as failure:
        if failure.code == "crowded":
            _put_back(call, now=timezone.now())
        else:
            _failed(call, reason=str(failure), now=timezone.now())
    else:
        if 200 <= answer.status < 300:
            _sent(call, status=answer.status, now=timezone.now())
            return
        gone = answer.status == _GONE
        _failed(
            call,
            reason=f"HTTP {answer.status}",
            status=answer.status,
            asked=answer.retry_after,
            final=gone,
            now=timezone.now(),
        )
        if gone:
            _switch_off(hook, now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(queue="webhooks", name="webhooks.sweep", pass_context=False)
def sweep(timestamp: int) -> None:
    """Wake every call that is overdue: its job was lost, or its worker died while posting."""
    late = WebhookCall.objects.filter(
        state=CallState.WAITING.value, due_at__lt=timezone.now() - timedelta(seconds=15)
    )
    wake_calls(list(late.order_by("due_at").values_list("pk", flat=True)[:1_000]))


@app.periodic(cron="27 * * * *")
@app.task(queue="housekeeping", name="webhooks.forget_old", pass_context=False)
def forget_old(timestamp: int) -> None:
    """Forget what was sent or given up long ago, hourly."""
    old = WebhookCall.objects.filter(created_at__lt=timezone.now() - KEPT)
    old.exclude(state=CallState.WAITING.value).delete()


def wake_calls(call_ids: Sequence[int]) -> None:
    """Have these calls looked at; in a transaction, together with it."""
    if call_ids:
        waking: list[dict[str, JSONValue]] = [{"call_id": call_id} for call_id in call_ids]
        deliver.batch_defer(*waking)


def _secrets(hook: Webhook, *, now: datetime) -> list[str]:
    """What signs now: after a change the former secret for a day as well."""
    found = [BOX.open(hook.secret)]
    if hook.former_secret and hook.former_until is not None and hook.former_until > now:
        found.append(BOX.open(hook.former_secret))
    return found


def _sent(call: WebhookCall, *, status: int, now: datetime) -> None:
    with transaction.atomic():
        _finish(call, CallState.SENT, now=now, status=status)
        Webhook.objects.filter(pk=call.hook_id).update(failing_since=None)


def _put_back(call: WebhookCall, *, now: datetime) -> None:
    """We had no place for it: no try of the program's, and it has failed at nothing."""
    due_at = now + CROWDED
    with transaction.atomic():
        waiting = WebhookCall.objects.filter(pk=call.pk, state=CallState.WAITING.value)
        waiting.update(due_at=due_at, attempts=call.attempts - 1)
        deliver.configure(schedule_at=due_at).defer(call_id=call.pk)


def _failed(
    call: WebhookCall,
    *,
    reason: str,
    now: datetime,
    status: int | None = None,
    asked: int | None = None,
    final: bool = False,
    ours: bool = False,
) -> None:
    """Wait for the next try, or give up; ``ours``: the program is not to blame."""
    due_at = now + pause_after(call.attempts, asked=asked)
    with transaction.atomic():
        if not ours:
            _note_failing(call, now=now)
        if final or due_at >= call.give_up_at:
            _finish(call, CallState.FAILED, now=now, status=status, reason=reason)
        else:
            waiting = WebhookCall.objects.filter(pk=call.pk, state=CallState.WAITING.value)
            waiting.update(due_at=due_at, status=status, reason=reason[:200])
            deliver.configure(schedule_at=due_at).defer(call_id=call.pk)
    since = Webhook.objects.filter(pk=call.hook_id).values_list("failing_since", flat=True).first()
    if not ours and since is not None and now - since >= OFF_AFTER:
        _switch_off(call.hook, now=now)


def _note_failing(call: WebhookCall, *, now: datetime) -> None:
    """Since when nothing was taken: a first failure begins anew where nothing else has failed and waits.

    What was given up a month ago and a single failure today are not a month without an answer.
    """
    hook = Webhook.objects.filter(pk=call.hook_id)
    others = WebhookCall.objects.filter(hook_id=call.hook_id, state=CallState.WAITING.value, attempts__gt=0)
    going_on = call.attempts > 1 or others.exclude(pk=call.pk).exclude(reason="").exists()
    (hook.filter(failing_since__isnull=True) if going_on else hook).update(failing_since=now)


def _finish(
    call: WebhookCall, state: CallState, *, now: datetime, status: int | None = None, reason: str = ""
) -> None:
    move_standing(
        WebhookCall.objects.filter(pk=call.pk),
        moves=CALL_MOVES,
        before=CallState.WAITING,
        to=state,
        changes={"done_at": now, "status": status, "reason": reason[:200]},
    )


def _switch_off(hook: Webhook, *, now: datetime) -> None:
    """Call the address no more and say so, once."""
    with transaction.atomic():
        if not Webhook.objects.filter(pk=hook.pk, off_at__isnull=True).update(off_at=now):
            return
        journal.record(by=_CLOCK, action="webhook.off", subject="webhook", subject_id=hook.public_id, now=now)
        notices.notify(
            recipient_id=hook.recipient_id,
            event=events.HOOK_OFF,
            params={"host": urlsplit(hook.url).hostname or ""},
            place=Place("webhook", (hook.public_id,)),
            now=now,
        )


def ids_seen(*, person_id: int, kind: str, thing: str) -> Mapping[str, object] | None:
    """The outside ids of what the news is about, if the person sees it at this moment; else None.

    The rooms' own guards say so, as for a page: a link that is over, a blocked or deleted person see nothing.
    """
    if not people.recipients_of([person_id]):
        return None
    by = Actor.person(person_id)
    try:
        match kind:
            case "bill":
                bill = bill_for(actor=by, public_id=thing)
                return {"bill_id": thing, "account_id": bill.account_public_id}
            case "reading-receipt":
                found = set_for(by, public_id=thing)
                meter = meter_for(by, public_id=found.meter_public_id)
                return {
                    "reading_id": thing,
                    "meter_id": found.meter_public_id,
                    "account_id": meter.account.public_id,
                }
            case "payment-order":
                paid = [line.account_public_id for line in order_for(by, public_id=thing).lines]
                seen = [view.public_id for view in visible_accounts(by, public_ids=paid)]
                # The payer's own payment, but of accounts that are no longer theirs nothing is said.
                return {"payment_id": thing, "account_ids": seen} if seen else None
            case "account":
                return {"account_id": account_for(by, public_id=thing).public_id}
            case "detached":
                return {"account_id": thing}
            case _:
                return {}
    except NotFound:
        return None
