"""The words of promises: why none is taken, where one stands."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from svet.arrangements.rules import PromiseAnswer, PromiseOffer, PromiseReason, PromiseState, PromiseView
from svet.kernel.refusals import Refused
from svet.look.formats import day, roubles

#: Every reason of this room.
REASONS: Final = (PromiseReason,)


def explain(refusal: Refused) -> str:
    """The sentence for any refusal of this room."""
    match refusal.reason:
        case PromiseReason.ACCOUNT:
            return _("Такого счёта нет среди тех, за которые вы можете платить.")
        case PromiseReason.OFF:
            return _("Обещаний ваш поставщик не принимает. Напишите в поддержку.")
        case PromiseReason.NO_DEBT:
            return _("На счёте нет долга: обещать нечего.")
        case PromiseReason.DAY:
            first, last = refusal.details.get("first"), refusal.details.get("last")
            if isinstance(first, date) and isinstance(last, date):
                return _("Выберите день с %(first)s по %(last)s.") % {"first": day(first), "last": day(last)}
            return _("Такой день обещать нельзя: он уже прошёл или слишком далеко.")
        case PromiseReason.OPEN:
            return _("По этому счёту платёж уже обещан. Новое обещание можно дать, когда это закончится.")
        case PromiseReason.PLAN:
            return _("По этому счёту есть рассрочка: платите по её дням, обещать ещё один день не нужно.")
        case PromiseReason.BROKEN_LATELY:
            free = refusal.details.get("free")
            if isinstance(free, date):
                return _("Прошлое обещание не исполнено или снято. Новое можно дать после %(free)s.") % {
                    "free": day(free)
                }
            return _("Прошлое обещание не исполнено или снято. Новое пока дать нельзя.")
        case PromiseReason.OVER:
            return _("Этого обещания уже нет: оно исполнено, снято, или его день прошёл.")
    return str(refusal.reason)


def why_not(offer: PromiseOffer | PromiseAnswer) -> str:
    """Why no promise may be made for an account; empty where one may."""
    return "" if offer.why is None else explain(Refused(offer.why, details={"free": offer.free_on}))


def promise_state(state: PromiseState) -> str:
    """Where a promise stands."""
    return {
        PromiseState.OPEN: _("ждём"),
        PromiseState.KEPT: _("исполнено"),
        PromiseState.BROKEN: _("не исполнено"),
        PromiseState.DROPPED: _("больше не действует"),
        PromiseState.RECALLED: _("снято"),
    }[state]


def state_word(state: str) -> str:
    """The same by the state's name."""
    return promise_state(PromiseState(state))


def promise_line(one: PromiseView) -> str:
    """One promise in a line."""
    values = {"sum": roubles(one.money), "until": day(one.until_on)}
    match one.state:
        case PromiseState.KEPT if one.paid_on is not None:
            return _("%(sum)s до %(until)s: оплачено %(paid)s") % {**values, "paid": day(one.paid_on)}
        case PromiseState.OPEN:
            return _("%(sum)s до %(until)s") % values
    return _("%(sum)s до %(until)s: %(state)s") % {**values, "state": promise_state(one.state)}
