"""What is told of autopay, and what the journal keeps of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.autopay.texts import stopped_note
from svet.notices.rules import EventSpec, NoticeChannel, Params, Words
from svet.payments.texts import bank_reason


def _told(p: Params) -> Words:
    said = (
        _(
            "Автоплатёж за аб. № %(account)s: %(on)s днём спишем не больше %(total)s (%(card)s)."
            " Если заплатите раньше, спишем только остаток."
        )
        % p
    )
    if p.get("rest"):
        said += " " + _("Ещё %(rest)s больше вашего предела: эти деньги заплатите сами.") % p
    return Words(
        title=_("%(on)s спишем %(total)s") % p,
        text=said,
        sms=_("%(on)s автоплатёж %(total)s, аб. № %(account)s. Пропустить: %(link)s") % p,
        action=_("Пропустить списание"),
    )


def _again(p: Params) -> Words:
    values = {**p, "why": bank_reason(p["reason"])}
    return Words(
        title=_("Автоплатёж не прошёл, попробуем %(on)s") % p,
        text=_(
            "Автоплатёж за аб. № %(account)s не прошёл. %(why)s Деньги не списаны. %(on)s днём "
            "попробуем ещё раз: не больше %(total)s (%(card)s)."
        )
        % values,
        sms=_("Автоплатёж не прошёл, повтор %(on)s, аб. № %(account)s. Отказ: %(link)s") % p,
        action=_("Пропустить списание"),
    )


def _failed(p: Params) -> Words:
    values = {**p, "why": bank_reason(p["reason"])}
    return Words(
        title=_("Автоплатёж не прошёл"),
        text=_(
            "Автоплатёж %(total)s за аб. № %(account)s не прошёл, и в этом месяце больше не пробуем. %(why)s "
            "Деньги не списаны: заплатите сами, чтобы не было пени."
        )
        % values,
        sms=_("Автоплатёж %(total)s за аб. № %(account)s не прошёл, заплатите сами") % p,
        action=_("Оплатить"),
    )


def _stopped(p: Params) -> Words:
    values = {**p, "why": stopped_note(ended=bool(p["ended"]), cause=p["cause"], sbp=bool(p.get("sbp")))}
    return Words(
        title=_("Автоплатёж выключен") if p["ended"] else _("Автоплатёж на паузе"),
        text=_("Автоплатёж за аб. № %(account)s больше не списывает. %(why)s") % values,
        sms=_("Автоплатёж за аб. № %(account)s остановлен, платите сами") % p,
        action=_("Посмотреть автоплатёж"),
    )


# ``link``: the whole address at which this charge is skipped; ``rest``: what is owed above the agreed limit.
AUTOPAY_TOLD: Final = EventSpec(
    code="autopay_told",
    name=gettext_lazy("Скоро автоплатёж"),
    words=_told,
    needs={"account", "total", "on", "card", "link"},
    places={"autopay-skip"},
    icon="wallet",
    row=146,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL, NoticeChannel.SMS),
)

# ``reason``: the bank's, as an order keeps it.
AUTOPAY_AGAIN: Final = EventSpec(
    code="autopay_again",
    name=gettext_lazy("Автоплатёж не прошёл, будет ещё попытка"),
    words=_again,
    needs={"account", "total", "on", "card", "link", "reason"},
    places={"autopay-skip"},
    icon="warning",
    row=147,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL, NoticeChannel.SMS),
)

AUTOPAY_FAILED: Final = EventSpec(
    code="autopay_failed",
    name=gettext_lazy("Автоплатёж не прошёл"),
    words=_failed,
    needs={"account", "total", "reason"},
    places={"payment"},
    icon="warning",
    row=148,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL, NoticeChannel.SMS),
)

# ``ended``: empty when it is only paused; ``cause``: why, by its code; ``sbp``: no card but an account.
AUTOPAY_STOPPED: Final = EventSpec(
    code="autopay_stopped",
    name=gettext_lazy("Автоплатёж остановлен"),
    words=_stopped,
    needs={"account", "ended", "cause"},
    places={"autopay"},
    icon="warning",
    row=149,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)

EVENTS: Final = (AUTOPAY_TOLD, AUTOPAY_AGAIN, AUTOPAY_FAILED, AUTOPAY_STOPPED)

#: What the journal keeps of this room, in words.
ACTIONS: Final[Mapping[str, object]] = {
    "autopay.active": gettext_lazy("Автоплатёж включён"),
    "autopay.begun": gettext_lazy("Начато списание автоплатежа"),
    "autopay.declined": gettext_lazy("Автоплатёж не прошёл"),
    "autopay.ended": gettext_lazy("Автоплатёж выключен"),
    "autopay.offered": gettext_lazy("Выбраны условия автоплатежа"),
    "autopay.paused": gettext_lazy("Автоплатёж поставлен на паузу"),
    "autopay.skipped": gettext_lazy("Списание автоплатежа пропущено"),
    "autopay.waits": gettext_lazy("Автоплатёж ждёт обещанного дня или решения о рассрочке"),
    "autopay.told": gettext_lazy("Предупреждение о списании отправлено"),
}
