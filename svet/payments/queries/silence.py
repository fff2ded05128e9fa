"""Which bank is silent: orders it was asked for and has not answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Min

from svet.payments.models import Order, Shop
from svet.payments.rules.states import OPEN, OrderState

#: The shop of SVET_ACQUIRING_URL, which has no row.
MAIN = "main"


@dataclass(frozen=True, slots=True)
class ShopStanding:
    """A shop: orders without an answer, seconds the oldest of them waits, orders that are open at all."""

    code: str
    unanswered: int
    silent: float
    open: int


def shops_standing(*, now: datetime) -> Sequence[ShopStanding]:
    """How each shop answers, the main one first."""
    alive = Order.objects.filter(state__in=sorted(OPEN)).values(code=F("shop__code"))
    opened = {row["code"]: row["count"] for row in alive.annotate(count=Count("pk"))}
    asked = Order.objects.filter(state=OrderState.SENT, bank_reference="").values(code=F("shop__code"))
    oldest = asked.annotate(count=Count("pk"), since=Min("created_at"))
    silent = {row["code"]: (row["count"], row["since"]) for row in oldest}
    found = []
    for code in [None, *Shop.objects.order_by("code").values_list("code", flat=True)]:
        count, since = silent.get(code, (0, now))
        seconds = max((now - since).total_seconds(), 0.0)
        found.append(ShopStanding(code or MAIN, count, seconds, opened.get(code, 0)))
    return found
