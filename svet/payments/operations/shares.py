"""What of a payment still stands on an account, beside what came to it later."""

from __future__ import annotations

from typing import Final

from django.db.models import Q, Sum

from svet.kernel.money import ZERO, Money
from svet.ledger import queries as balances
from svet.ledger.rules import TransactionKind
from svet.payments.models import ChargebackLine, MoneyAct, Order, OrderLine, RefundLine
from svet.payments.queries.acts import moved_away
from svet.payments.rules.acts import MoneyActState
from svet.payments.rules.chargebacks import ChargebackState
from svet.payments.rules.overpaid import PaidLine
from svet.payments.rules.states import SPOKEN_FOR, RefundState

#: What somebody brought to an account; the rest was granted to it.
_BROUGHT: Final = frozenset({TransactionKind.PAYMENT, TransactionKind.TRANSFER})


def share_of(
    order: Order, line: OrderLine, *, left: Money, balance: Money, signing: bool = False
) -> PaidLine:
    """One account of a payment as the books have it; ``left`` is what is not given back, disputed or moved.

    What payers of other payments have asked for, and nobody has signed, takes nothing from this one: shares
    add up to the overpayment, and more than its share is signed for nobody. ``signing``: the payer's own
    request is what is judged, so it is not held against itself.
    """
    account_id = line.account_id
    waiting = RefundLine.objects.filter(line__account_id=account_id, refund__state=RefundState.TO_SIGN)
    holds = Q(refund__request__by_payer=False)
    if not signing:
        holds |= Q(line__order=order)
    later, granted = _later(order, account_id) if balance < ZERO else (ZERO, ZERO)
    return PaidLine(
        balance=balance,
        waiting=Money(waiting.filter(holds).aggregate(sum=Sum("kopecks"))["sum"] or 0),
        left=max(left, ZERO),
        later=later,
        granted=granted,
        moved=bool(moved_away(order.pk, to_sign=True).get(account_id)),
    )


def _later(order: Order, account_id: int) -> tuple[Money | None, Money]:
    """What later payments brought to the account and is still there, and what was granted to it later.

    Of payments by card what was given back, moved or lost in a dispute is there no more; of others their
    whole sum counts, though a register may have taken one back: the payer gets less then, never another's.
    An act and what undid it are neither.
    """
    found = balances.brought_after(account_id=account_id, key=order.ledger_key)
    if found is None:
        return None, ZERO
    undone = _undone([key for key in found if key.startswith("act:")])
    stand = {key: brought for key, brought in found.items() if key not in undone}
    names = [key.removeprefix("pay:") for key in stand if key.startswith("pay:")]
    own = {"line__account_id": account_id, "line__order__public_id__in": names}
    by_staff = Q(refund__state=RefundState.TO_SIGN, refund__request__by_payer=False)
    off = Q(refund__state__in=sorted(SPOKEN_FOR - {RefundState.TO_SIGN}))
    gone = RefundLine.objects.filter(off | by_staff, **own)
    lost = ChargebackLine.objects.filter(**own, chargeback__state=ChargebackState.LOST)
    back = sum(rows.aggregate(sum=Sum("kopecks"))["sum"] or 0 for rows in (gone, lost))
    with_moves = Order.objects.filter(public_id__in=names, moved__isnull=False)
    for order_id in with_moves.values_list("pk", flat=True).distinct():
        back += moved_away(order_id, to_sign=False).get(account_id, 0)
    brought = Money.total(money for kind, money in stand.values() if kind in _BROUGHT)
    granted = Money.total(money for kind, money in stand.values() if kind not in _BROUGHT)
    return brought - Money(back), granted


def _undone(keys: list[str]) -> set[str]:
    """Which of these keys are of acts that undo another, or were undone: with their half they are none."""
    names = {key.split(":")[1]: key for key in keys}
    pairs = Q(undoes__isnull=False) | Q(undone_by__state=MoneyActState.POSTED.value)
    acts = MoneyAct.objects.filter(pairs, public_id__in=names)
    return {names[name] for name in acts.values_list("public_id", flat=True)}
