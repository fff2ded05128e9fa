"""What people are told of their instalments."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.notices.rules import EventSpec, NoticeChannel, Params, Words


def _agreed(p: Params) -> Words:
    return Words(
        title=_("Рассрочка оформлена"),
        text=_("Аб. № %(account)s: %(total)s частями, их %(months)s. Первая, %(sum)s, до %(until)s.") % p,
        sms=_("Аб. № %(account)s: рассрочка, %(sum)s до %(until)s") % p,
        paragraphs=(
            _("Долг по аб. № %(account)s, %(total)s, вы платите частями, их %(months)s.") % p,
            _("Первая часть, %(sum)s, до %(until)s. За три дня до каждой части напомним.") % p,
            _("Новые счета платите, как обычно: вместе с частью они и ждутся. Пени идут по закону."),
        ),
        action=_("Открыть оплату"),
    )


def _refused(p: Params) -> Words:
    return Words(
        title=_("Рассрочку не согласовали"),
        text=_(
            "Аб. № %(account)s: рассрочка на %(total)s не согласована. Нужна помощь — напишите в поддержку."
        )
        % p,
        sms=_("Аб. № %(account)s: рассрочка на %(total)s не согласована") % p,
        action=_("Оплатить"),
    )


def _due(p: Params) -> Words:
    return Words(
        title=_("Скоро платёж по рассрочке"),
        text=_("Аб. № %(account)s: до %(until)s внесите %(sum)s: часть %(no)s из %(months)s и новые счета.")
        % p,
        sms=_("Аб. № %(account)s: по рассрочке %(sum)s до %(until)s") % p,
        action=_("Оплатить"),
    )


def _late(p: Params) -> Words:
    return Words(
        title=_("Платёж по рассрочке не пришёл"),
        text=_(
            "Аб. № %(account)s: не хватает %(sum)s, их ждали до %(until)s. Внесите до %(last)s, и рассрочка "
            "останется."
        )
        % p,
        sms=_("Аб. № %(account)s: внесите по рассрочке %(sum)s до %(last)s") % p,
        paragraphs=(
            _("По рассрочке аб. № %(account)s до %(until)s не пришло %(sum)s.") % p,
            _("Внесите до %(last)s. Иначе весь долг нужно будет заплатить сразу.") % p,
            _("Если вы платили в банке или на почте, деньги ещё дойдут: считается день, когда вы платили."),
        ),
        action=_("Оплатить"),
    )


def _broken(p: Params) -> Words:
    return Words(
        title=_("Рассрочка закончилась: платежа не было"),
        text=_("Аб. № %(account)s: рассрочка на %(total)s больше не действует, долг нужно заплатить сразу.")
        % p,
        sms=_("Аб. № %(account)s: рассрочка больше не действует, оплатите долг") % p,
        action=_("Оплатить"),
    )


def _again(p: Params) -> Words:
    return Words(
        title=_("Рассрочка снова действует"),
        text=_("Аб. № %(account)s: пришли сведения о платежах, рассрочка на %(total)s снова действует.") % p,
        sms=_("Аб. № %(account)s: рассрочка на %(total)s снова действует") % p,
        action=_("Открыть оплату"),
    )


def _paid(p: Params) -> Words:
    return Words(
        title=_("Рассрочка закрыта: долга по ней нет"),
        text=_("Аб. № %(account)s: рассрочка на %(total)s закрыта, по ней вы больше ничего не должны.") % p,
        sms=_("Аб. № %(account)s: рассрочка закрыта, по ней вы ничего не должны") % p,
        action=_("Открыть оплату"),
    )


PLAN_AGREED: Final = EventSpec(
    code="plan_agreed",
    name=gettext_lazy("Рассрочка оформлена"),
    words=_agreed,
    needs={"account", "total", "months", "sum", "until"},
    places={"payment"},
    icon="calendar",
    row=103,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)

PLAN_REFUSED: Final = EventSpec(
    code="plan_refused",
    name=gettext_lazy("Рассрочку не согласовали"),
    words=_refused,
    needs={"account", "total"},
    places={"payment"},
    icon="warning",
    row=104,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)

PLAN_DUE: Final = EventSpec(
    code="plan_due",
    name=gettext_lazy("Скоро платёж по рассрочке"),
    words=_due,
    needs={"account", "sum", "until", "no", "months"},
    places={"payment"},
    icon="calendar",
    row=105,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)

PLAN_LATE: Final = EventSpec(
    code="plan_late",
    name=gettext_lazy("Платёж по рассрочке не пришёл"),
    words=_late,
    needs={"account", "sum", "until", "last"},
    places={"payment"},
    icon="warning",
    row=106,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)

PLAN_BROKEN: Final = EventSpec(
    code="plan_broken",
    name=gettext_lazy("Рассрочка закончилась: платежа не было"),
    words=_broken,
    needs={"account", "total"},
    places={"payment"},
    icon="warning",
    row=107,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)

PLAN_AGAIN: Final = EventSpec(
    code="plan_again",
    name=gettext_lazy("Рассрочка снова действует"),
    words=_again,
    needs={"account", "total"},
    places={"payment"},
    icon="info",
    row=108,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)

PLAN_PAID: Final = EventSpec(
    code="plan_paid",
    name=gettext_lazy("Рассрочка закрыта: долга по ней нет"),
    words=_paid,
    needs={"account", "total"},
    places={"payment"},
    icon="success",
    row=109,
    usual=(NoticeChannel.BELL,),
)

PLANS: Final = (PLAN_AGREED, PLAN_REFUSED, PLAN_DUE, PLAN_LATE, PLAN_BROKEN, PLAN_AGAIN, PLAN_PAID)
