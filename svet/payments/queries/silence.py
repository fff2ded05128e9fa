"""Which bank is silent: one that was asked and did not answer, since when, and what of ours waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Min

from svet.accounts.queries import providers
from svet.payments.models import BankSilence, Order, Shop
from svet.payments.queries.shops import in_order, shops_of, silent_shops
from svet.payments.rules.states import OPEN, OrderState

#: The shop of SVET_ACQUIRING_URL, which has no row.
MAIN = "main"


@dataclass(frozen=True, slots=True)
class ShopStanding:
    """A shop: since when its bank is silent (None while it answers), and its orders.

    ``unanswered`` counts those the bank was asked for and whose answer nobody knows, the oldest for ``waits``
    seconds: of one order only, the bank may answer others. ``open`` counts those that are not at their end.
    ``instead`` has the shops that take what is new while it is silent.
    """

    code: str
    silent_since: datetime | None
    unanswered: int
    waits: float
    open: int
    instead: tuple[str, ...] = ()

    def silent_for(self, now: datetime) -> float:
        """Seconds of silence; 0 while the bank answers."""
        return max((now - self.silent_since).total_seconds(), 0.0) if self.silent_since else 0.0


@dataclass(frozen=True, slots=True)
class SilentBank:
    """A shop whose bank does not answer; ``name`` is empty for that of ``SVET_ACQUIRING_URL``.

    ``waiting`` counts its payments whose end only the bank knows.
    """

    name: str
    since: datetime
    last_at: datetime
    waiting: int


def shops_standing(*, now: datetime) -> Sequence[ShopStanding]:
    """How each shop answers, the main one first."""
    alive = Order.objects.filter(state__in=sorted(OPEN)).values(code=F("shop__code"))
    opened = {row["code"]: row["count"] for row in alive.annotate(count=Count("pk"))}
    asked = Order.objects.filter(state=OrderState.SENT, bank_reference="").values(code=F("shop__code"))
    oldest = asked.annotate(count=Count("pk"), since=Min("created_at"))
    unanswered = {row["code"]: (row["count"], row["since"]) for row in oldest}
    silent: dict[str | None, datetime] = dict(BankSilence.objects.values_list("shop__code", "since"))
    standing_in = _standing_in() if silent else {}
    found = []
    for code in [None, *Shop.objects.order_by("code").values_list("code", flat=True)]:
        count, since = unanswered.get(code, (0, now))
        waits = max((now - since).total_seconds(), 0.0)
        instead = tuple(sorted(standing_in.get(code, ()))) if code in silent else ()
        found.append(ShopStanding(code or MAIN, silent.get(code), count, waits, opened.get(code, 0), instead))
    return found


def _standing_in() -> dict[str | None, set[str]]:
    """By the code of a shop that is silent the codes of those that take new payments in its place."""
    silent = silent_shops()
    found: dict[str | None, set[str]] = {}
    for own in shops_of([one.provider_id for one in providers()]).values():
        best = next(iter(in_order(own, silent=silent)), None)
        if best != own[0] and (best.pk if best else None) not in silent:
            first = own[0].code if own[0] else None
            found.setdefault(first, set()).add(best.code if best else MAIN)
    return found


def silent_banks() -> list[SilentBank]:
    """Banks that do not answer now, the longest silent first."""
    unsure = Order.objects.filter(state__in=[OrderState.SENT, OrderState.WAITING, OrderState.PAID])
    return [
        SilentBank(
            row.shop.name if row.shop else "", row.since, row.last_at, unsure.filter(shop=row.shop).count()
        )
        for row in BankSilence.objects.select_related("shop").order_by("since")
    ]
