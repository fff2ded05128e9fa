"""Every write takes an ``Idempotency-Key``: the same call again gets the same answer and does nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Status
from psycopg.types.json import Jsonb

from svet.api.models import IdempotentCall
from svet.api.shell.identity import Caller
from svet.api.shell.problems import ApiProblem
from svet.kernel.actors import Actor
from svet.kernel.bulk import write_along
from svet.kernel.keyed import keyed_digests
from svet.kernel.locks import Busy
from svet.kernel.refusals import Refused
from svet.kernel.transactions import commit_lazily, require_transaction

LONGEST_KEY = 255
#: A call that has not ended by then was killed; its operation is itself safe to repeat.
ABANDONED = timedelta(minutes=2)
#: A program that lost an answer asks again within hours.
KEPT_FOR = timedelta(days=7)

Answer = dict[str, Any]

#: Keeps the answer of a call: its status and its body.
Keep = Callable[[int, Answer], None]

# One statement on its own instead of a transaction that may fail: this runs before every write. Lost with the
# machine it is missed by nobody: what the call does is then not done either, or recognised below.
_BEGIN = """
INSERT INTO api_idempotentcall (caller, key, body_sha256, person_id, started_at)
SELECT %s, %s, %s, %s::bigint, %s FROM lazily WHERE true
ON CONFLICT (caller, key) DO NOTHING RETURNING id
"""
_KEEP = "UPDATE api_idempotentcall SET status = %s, answer = %s WHERE id = %s"


@dataclass(slots=True)
class _Call:
    """A call under its key; without a status it is to be done."""

    call_id: int
    status: int | None = None
    answer: Answer | None = None


def key_of(request: HttpRequest) -> str:
    """The key of the call. :raises Problem: 400 without one, 422 for a strange one"""
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        raise ApiProblem(400, "idempotency_key_required", _("Добавьте заголовок Idempotency-Key."))
    if len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise ApiProblem(422, "idempotency_key", _("Ключ повтора: до 255 печатных знаков ASCII."))
    return key


def uuid_of(actor: Actor, key: str) -> UUID:
    """The key as the operations take it: one person's keys never meet another's."""
    return uuid5(NAMESPACE_URL, f"svet:api:{actor.person_id}:{key}")


def once(
    request: HttpRequest, *, actor: Actor, now: datetime, act: Callable[[str], tuple[int, Answer]]
) -> Status[Answer]:
    """Do ``act`` under the call's key, or repeat the answer it gave.

    A refusal is not kept: the same key may come again with the mistake mended elsewhere, or behind whoever
    was busy.

    :raises Problem: 409 when the key is in use or came with another body
    """
    return once_inside(request, actor=actor, now=now, act=lambda key, keep: keep(*act(key)))


def once_inside(
    request: HttpRequest, *, actor: Actor, now: datetime, act: Callable[[str, Keep], None]
) -> Status[Answer]:
    """The same for what keeps its answer inside its own transaction: done and answered are one commit.

    :raises Problem: 409 when the key is in use or came with another body
    """
    key = key_of(request)
    caller = f"person:{actor.person_id}" if actor.person_id else f"address:{actor.address}"
    auth = getattr(request, "auth", None)
    if isinstance(auth, Caller) and auth.bounds is not None:
        # What another program of the same person was answered is not for a key that opens less.
        caller = f"{caller}:{auth.token}"
    call = _begin(caller, key, _digests(request), actor, now)

    def keep(status: int, answer: Answer) -> None:
        call.status, call.answer = status, answer
        write_along(_KEEP, [status, Jsonb(answer), call.call_id], model=IdempotentCall)

    if call.status is None:
        try:
            act(key, keep)
        except (ApiProblem, Refused, Busy):
            IdempotentCall.objects.filter(pk=call.call_id).delete()
            raise
    assert call.status is not None
    return Status(call.status, dict(call.answer or {}))


def forget_old(*, now: datetime) -> int:
    """Drop calls of long ago with their answers, which name people and accounts; says how many.

    The keys of money and of readings stay taken for ever all the same: orders and sets of readings keep them.
    """
    count, _details = IdempotentCall.objects.filter(started_at__lt=now - KEPT_FOR).delete()
    return count


def forget_calls(*, person_id: int, by: Actor, now: datetime) -> None:
    """Drop a person's calls with their answers, which name them: the cabinet is deleted."""
    require_transaction()
    IdempotentCall.objects.filter(person_id=person_id).delete()


def _digests(request: HttpRequest) -> list[str]:
    """Fingerprints of the call under the installation's keys: a body may hold a phone and a password."""
    body = json.dumps([request.method, request.path, request.body.decode("utf-8", "replace")])
    return keyed_digests("svet.api.call", body)


def _begin(caller: str, key: str, digests: list[str], actor: Actor, now: datetime) -> _Call:
    fresh = commit_lazily(_BEGIN, [caller, key, digests[0], actor.person_id, now])
    if fresh is not None:
        return _Call(fresh[0])
    kept = IdempotentCall.objects.get(caller=caller, key=key)
    if kept.body_sha256 not in digests:
        raise ApiProblem(409, "key_reused", _("Этот ключ повтора уже был с другим запросом."))
    if kept.status is None:
        taken = IdempotentCall.objects.filter(pk=kept.pk, started_at__lt=now - ABANDONED).update(
            started_at=now
        )
        if not taken:
            wait = {"Retry-After": "1"}
            raise ApiProblem(409, "in_progress", _("Такой же запрос ещё выполняется."), headers=wait)
    return _Call(kept.pk, kept.status, kept.answer)
