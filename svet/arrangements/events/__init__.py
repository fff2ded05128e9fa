"""What people are told of what they have promised, and what the journal keeps of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.arrangements.events.plans import (
    PLAN_AGAIN,
    PLAN_AGREED,
    PLAN_BROKEN,
    PLAN_DUE,
    PLAN_LATE,
    PLAN_PAID,
    PLAN_REFUSED,
    PLANS,
)
from svet.notices.rules import EventSpec, NoticeChannel, Params, Words

__all__ = [
    "ACTIONS",
    "EVENTS",
    "PLAN_AGAIN",
    "PLAN_AGREED",
    "PLAN_BROKEN",
    "PLAN_DUE",
    "PLAN_LATE",
    "PLAN_PAID",
    "PLAN_REFUSED",
    "PROMISE_BROKEN",
    "PROMISE_KEPT",
]


def _kept(p: Params) -> Words:
    return Words(
        title=_("Обещанный платёж пришёл"),
        text=_("Аб. № %(account)s: обещанные %(total)s оплачены в срок. Спасибо!") % p,
        sms=_("Аб. № %(account)s: обещанные %(total)s оплачены. Спасибо!") % p,
        action=_("Посмотреть счёт"),
    )


def _broken(p: Params) -> Words:
    return Words(
        title=_("Обещанный платёж не пришёл"),
        text=_("Аб. № %(account)s: обещанных к %(until)s %(total)s на счёте нет. Оплатите, пожалуйста.") % p,
        sms=_("Аб. № %(account)s: обещанные к %(until)s %(total)s не пришли") % p,
        paragraphs=(
            _("По аб. № %(account)s к %(until)s были обещаны %(total)s, но на счёт они не пришли.") % p,
            _("Если вы платили вовремя в банке или на почте, деньги ещё дойдут: обещание тогда исполнено."),
        ),
        action=_("Оплатить"),
    )


PROMISE_KEPT: Final = EventSpec(
    code="promise_kept",
    name=gettext_lazy("Обещанный платёж пришёл"),
    words=_kept,
    needs={"account", "total", "until"},
    places={"payment"},
    icon="success",
    row=101,
    usual=(NoticeChannel.BELL,),
)

PROMISE_BROKEN: Final = EventSpec(
    code="promise_broken",
    name=gettext_lazy("Обещанный платёж не пришёл"),
    words=_broken,
    needs={"account", "total", "until"},
    places={"payment"},
    icon="warning",
    row=102,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)

EVENTS: Final = (PROMISE_KEPT, PROMISE_BROKEN, *PLANS)

#: What the journal keeps of this room, in words.
ACTIONS: Final[Mapping[str, object]] = {
    "arrangements.promised": gettext_lazy("Обещан платёж к дню"),
    "arrangements.kept": gettext_lazy("Обещанный платёж пришёл в срок"),
    "arrangements.broken": gettext_lazy("Обещанный платёж не пришёл в срок"),
    "arrangements.recalled": gettext_lazy("Обещание платежа снято тем, кто его дал"),
    "arrangements.limits": gettext_lazy("Изменены пределы возвратов, обещаний и рассрочек"),
    "arrangements.plan": gettext_lazy("Оформлена рассрочка"),
    "arrangements.plan_again": gettext_lazy("Рассрочка снова действует"),
    "arrangements.plan_asked": gettext_lazy("Плательщик попросил рассрочку"),
    "arrangements.plan_broken": gettext_lazy("Рассрочка не выполнена"),
    "arrangements.plan_ended": gettext_lazy("Рассрочка закончилась: кто её оформил, здесь больше не платит"),
    "arrangements.plan_paid": gettext_lazy("Рассрочка закрыта: долга по ней нет"),
    "arrangements.plan_refused": gettext_lazy("Рассрочка не согласована"),
    "arrangements.plan_signed": gettext_lazy("Рассрочка подписана сотрудником"),
    "arrangements.plan_withdrawn": gettext_lazy("Плательщик отказался от рассрочки"),
}
