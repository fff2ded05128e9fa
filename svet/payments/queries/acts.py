"""Reads of acts of staff about the books: what waits for a second hand, and those of one account."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet, Sum

from svet.kernel.frozen import frozen
from svet.kernel.money import Money
from svet.payments.models import MoneyAct
from svet.payments.rules.acts import MoneyActKind, MoneyActState


@dataclass(frozen=True, slots=True)
class MoneyActView:
    """An act as the desk shows it; ``money`` is what the debt of the account grows by."""

    public_id: str
    kind: MoneyActKind
    state: MoneyActState
    account_public_id: str
    account_number: str
    to_account_number: str
    money: Money
    on: date
    document: str
    reason: str
    by_payer: bool
    written_by_id: int
    written_by: str
    written_at: datetime
    decided_by: str
    decided_at: datetime | None
    decision: str
    undoes: str
    undone_by: str


def waiting_acts(*, limit: int) -> list[MoneyActView]:
    """Acts that wait for a second signature, the oldest first."""
    return _views(_acts().filter(state=MoneyActState.WAITING).order_by("written_at", "pk")[:limit])


def waiting_act_count() -> int:
    """How many acts wait for a second signature."""
    return _waiting_keys.count()


@frozen
def _waiting_keys() -> QuerySet[MoneyAct, int]:
    return MoneyAct.objects.filter(state=MoneyActState.WAITING).values_list("pk", flat=True)


def acts_about(*, account_id: int) -> list[MoneyActView]:
    """All acts about an account, the newest first."""
    return _views(_acts().filter(Q(account_id=account_id) | Q(to_account_id=account_id)).order_by("-pk"))


def moved_away(order_id: int, *, to_sign: bool) -> dict[int, int]:
    """By account the kopecks of a payment that its payer has moved from there; undone ones are back.

    ``to_sign`` tells whether what waits for a signature is counted as gone too.
    """
    states = [MoneyActState.POSTED.value, *([MoneyActState.WAITING.value] if to_sign else [])]
    moves = MoneyAct.objects.filter(of_order_id=order_id, state__in=states)
    sums = moves.exclude(undone_by__state=MoneyActState.POSTED.value).values("account_id")
    return dict(sums.annotate(sum=Sum("kopecks")).values_list("account_id", "sum"))


def moves_of_payment(*, order_public_id: str) -> list[MoneyActView]:
    """What the payer of a payment has moved of it, or asked to, the oldest first; not what was taken back."""
    own = _acts().filter(of_order__public_id=order_public_id)
    return _views(own.exclude(undone_by__state=MoneyActState.POSTED).order_by("pk"))


def act_by_id(public_id: str) -> MoneyActView | None:
    """One act."""
    return next(iter(_views(_acts().filter(public_id=public_id))), None)


def _acts() -> QuerySet[MoneyAct]:
    return MoneyAct.objects.select_related("account", "to_account", "undoes", "undone_by")


def _views(rows: Iterable[MoneyAct]) -> list[MoneyActView]:
    return [
        MoneyActView(
            public_id=act.public_id,
            kind=MoneyActKind(act.kind),
            state=MoneyActState(act.state),
            account_public_id=act.account.public_id,
            account_number=act.account.number,
            to_account_number=act.to_account.number if act.to_account is not None else "",
            money=act.money,
            on=act.effective_on,
            document=act.document,
            reason=act.reason,
            by_payer=act.of_order_id is not None,
            written_by_id=act.written_by_id,
            written_by=act.written_by_name,
            written_at=act.written_at,
            decided_by=act.decided_by_name,
            decided_at=act.decided_at,
            decision=act.decision,
            undoes=act.undoes.public_id if act.undoes is not None else "",
            undone_by=act.undone_by.public_id if hasattr(act, "undone_by") else "",
        )
        for act in rows
    ]
