"""After a restore: calls that wait in the copy may have been made before it was needed."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from svet.kernel.moving import move_standing
from svet.webhooks.models import CALL_MOVES, CallState, WebhookCall

#: Why a call of a restored copy was not made; stands among the calls of its address.
_MAY_HAVE_GONE: Final = "restored from a backup: it may have been sent before"


def waiting_calls() -> int:
    """How many calls of people's programs wait."""
    return WebhookCall.objects.filter(state=CallState.WAITING.value).count()


def drop_calls(*, now: datetime) -> int:
    """End every call that waits without making it; says how many. Its owner may have it repeated."""
    return move_standing(
        WebhookCall.objects.all(),
        moves=CALL_MOVES,
        before=CallState.WAITING,
        to=CallState.DROPPED,
        changes={"done_at": now, "reason": _MAY_HAVE_GONE},
    )
