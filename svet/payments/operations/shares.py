"""What of a payment still stands on an account, beside what came to it later."""

from __future__ import annotations

from django.db.models import Sum

from svet.kernel.money import ZERO, Money
from svet.ledger import queries as balances
from svet.payments.models import ChargebackLine, MoneyAct, Order, OrderLine, RefundLine
from svet.payments.rules.acts import MoneyActState
from svet.payments.rules.chargebacks import ChargebackState
from svet.payments.rules.overpaid import PaidLine
from svet.payments.rules.states import SPOKEN_FOR, RefundState


def share_of(order: Order, line: OrderLine, *, left: Money, balance: Money) -> PaidLine:
    """One account of a payment as the books have it; ``left`` is what was neither given back nor disputed.

    What its payer has moved to another account, or asked to, is not left.
    """
    account_id = line.account_id
    waiting = RefundLine.objects.filter(line__account_id=account_id, refund__state=RefundState.TO_SIGN)
    moved = MoneyAct.objects.filter(of_order=order, account_id=account_id, undone_by__isnull=True)
    gone = moved.exclude(state=MoneyActState.REFUSED.value).aggregate(sum=Sum("kopecks"))["sum"] or 0
    return PaidLine(
        balance=balance,
        waiting=Money(waiting.aggregate(sum=Sum("kopecks"))["sum"] or 0),
        left=max(left - Money(gone), ZERO),
        later=_later(order, account_id) if balance < ZERO else ZERO,
    )


def _later(order: Order, account_id: int) -> Money | None:
    """What later payments brought to the account and is still there.

    Of payments by card what was given back, or is spoken for, is there no more; of others their whole sum
    counts, though a register may have taken one back: the payer gets less then, never what is another's.
    """
    found = balances.paid_after(account_id=account_id, key=order.ledger_key)
    if found is None:
        return None
    names = [key.removeprefix("pay:") for key in found if key.startswith("pay:")]
    own = {"line__account_id": account_id, "line__order__public_id__in": names}
    gone = RefundLine.objects.filter(**own, refund__state__in=sorted(SPOKEN_FOR))
    lost = ChargebackLine.objects.filter(**own).exclude(chargeback__state=ChargebackState.WON)
    back = sum(rows.aggregate(sum=Sum("kopecks"))["sum"] or 0 for rows in (gone, lost))
    return Money.total(found.values()) - Money(back)
