"""Going on an errand: what the job does for the page that waits, and what it writes down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Any, Final

import structlog
from django.conf import settings

from svet.kernel.actors import Actor, ActorKind
from svet.kernel.refusals import Refused
from svet.kernel.transactions import require_transaction, use_case
from svet.payments.models import BankErrand
from svet.payments.operations.errands import end_errand, send_job, take_errand
from svet.payments.operations.reviewing import (
    cancel_reviewed,
    close_callback,
    credit_reviewed,
    send_back,
)
from svet.payments.operations.sending import BankUnavailable, send_to_bank
from svet.payments.operations.settling import settle
from svet.payments.rules.errands import GOES_FOR, ErrandKind, is_late
from svet.payments.rules.refusals import BankReasonText

#: What a member decides, by the kind of the errand.
_DECISIONS: Final[Mapping[ErrandKind, Callable[..., None]]] = {
    ErrandKind.CREDIT: credit_reviewed,
    ErrandKind.SEND_BACK: send_back,
    ErrandKind.CANCEL: cancel_reviewed,
    ErrandKind.CLOSE: close_callback,
}
#: The errands this process is on, by shop.
_GOING: Final[Counter[int | None]] = Counter()
_COUNTING: Final = Lock()
log = structlog.get_logger(__name__)


@contextmanager
def place_of(shop_id: int | None) -> Iterator[bool]:
    """A place for an errand to a shop's bank; False: none is free.

    One shop has half of the lane, all together leave one: a bank that hangs does not stop those who pay
    at another.
    """
    per_shop, all_shops = max(1, settings.HURRIED_JOBS // 2), max(1, settings.HURRIED_JOBS - 1)
    with _COUNTING:
        free = _GOING[shop_id] < per_shop and _GOING.total() < all_shops
        _GOING[shop_id] += free
    try:
        yield free
    finally:
        with _COUNTING:
            _GOING[shop_id] -= free


def do_errand(*, errand_id: int, now: datetime) -> None:
    """Ask the bank what a page waits for; what the bank says is kept where it always is, a refusal beside it.

    Again, late and twice at once is no harm: each of these acts bears it, and one that ended is not begun.
    """
    asked = BankErrand.objects.select_related("order").filter(pk=errand_id, ended_at__isnull=True).first()
    if asked is None:
        return
    with place_of(asked.order.shop_id if asked.order else None) as free:
        late = is_late(ErrandKind(asked.kind), asked_at=asked.asked_at, now=now)
        if not free and not late:
            with use_case():
                send_job(asked, seconds=1)
            return
        errand = take_errand(errand_id, now=now)
        if errand is not None:
            _go_and_end(errand, now=now)


def _go_and_end(errand: BankErrand, *, now: datetime) -> None:
    refused: dict[str, object] = {"fault": True}
    try:
        _go(errand, now=now)
        refused = {}
    except BankUnavailable as failure:
        # No fault of the job: the janitor asks again.
        log.warning("payments.bank_unavailable", order=errand.order_id, code=failure.details.get("code"))
        refused = _written(failure)
    except Refused as refusal:
        refused = _written(refusal)
    finally:
        end_errand(errand.pk, now=now, refused=refused)


def _go(errand: BankErrand, *, now: datetime) -> None:
    kind = ErrandKind(errand.kind)
    if kind is ErrandKind.PAGE:
        send_to_bank(order_id=errand.order_id or 0, now=now, patience=GOES_FOR)
    elif kind is ErrandKind.LOOK:
        settle(order_id=errand.order_id or 0, now=now, by="cabinet.return", wait=False)
    else:
        _DECISIONS[kind](
            **_subject(errand),
            by=_who(errand.said["by"]),
            now=now,
            comment=errand.said["comment"],
            # A refund that is kept is not done yet: its errand goes on.
            may=partial(_wanted, errand.pk, now=now, ends=kind is not ErrandKind.SEND_BACK),
        )


def _subject(errand: BankErrand) -> dict[str, object]:
    if errand.order is not None:
        return {"order_public_id": errand.order.public_id}
    return {"callback_id": errand.callback_id}


def _wanted(errand_id: int, *, now: datetime, ends: bool) -> None:
    """Of the transaction that decides: whoever asked has not been told meanwhile that nothing happened.

    :raises BankUnavailable: they have
    """
    require_transaction()
    errand = BankErrand.objects.select_for_update().filter(pk=errand_id, ended_at__isnull=True).first()
    if errand is None:
        raise BankUnavailable(BankReasonText.BANK_SILENT, details={"code": "late"})
    if ends:
        end_errand(errand_id, now=now)
        return
    errand.said["kept"] = True
    errand.save(update_fields=["said"])


def _who(told: Mapping[str, Any]) -> Actor:
    return Actor(ActorKind(told["kind"]), told["person_id"], name=told["name"], address=told["address"])


def _written(refusal: Refused) -> dict[str, object]:
    """A refusal as its errand keeps it: told anew where somebody waits."""
    details = {
        name: value if isinstance(value, int) else str(value) for name, value in refusal.details.items()
    }
    kind = type(refusal).__name__
    return {"kind": kind, "reason": str(refusal.reason), "field": refusal.field, "details": details}
