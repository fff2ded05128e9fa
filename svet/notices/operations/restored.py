"""After a restore: messages that wait in the copy may have gone out before it was needed."""

from __future__ import annotations

from django.db.models import Count

from svet.kernel.moving import move_standing
from svet.notices.models import Delivery
from svet.notices.rules import DELIVERY_MOVES, DeliveryState

#: Why a message of a restored copy was not sent; stands at «Сообщения».
MAY_HAVE_GONE: str = "restored from a backup: it may have been sent before"


def waiting_by_channel() -> dict[str, int]:
    """How many messages wait to be sent, by channel."""
    rows = Delivery.objects.filter(state=DeliveryState.WAITING).values("channel").annotate(n=Count("pk"))
    return {row["channel"]: row["n"] for row in rows.order_by("channel")}


def drop_waiting() -> int:
    """End everything that waits without sending it; says how many. What was told stays under the bell."""
    ended = 0
    for sensitive in (True, False):
        wiped = {"body": "", "html": ""} if sensitive else {}
        ended += move_standing(
            Delivery.objects.filter(sensitive=sensitive),
            moves=DELIVERY_MOVES,
            before=DeliveryState.WAITING,
            to=DeliveryState.FAILED,
            changes={"reason": MAY_HAVE_GONE, "attachment": None, **wiped},
        )
    return ended
