"""What people are told of money that was moved between accounts, and of what they asked to move."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.notices.rules import EventSpec, NoticeChannel, Params, Words


def _money_moved(p: Params) -> Words:
    away = p["way"] == "more"
    return Words(
        title=_("Деньги перенесены на другой счёт") if away else _("На счёт перенесены деньги"),
        text=(
            _("Аб. № %(account)s: %(total)s перенесены с него на другой счёт. Основание: %(document)s.")
            if away
            else _("Аб. № %(account)s: с другого счёта перенесены %(total)s. Основание: %(document)s.")
        )
        % p,
        sms=(
            _("Аб. № %(account)s: %(total)s перенесены на другой счёт")
            if away
            else _("Аб. № %(account)s: сюда перенесены %(total)s")
        )
        % p,
        action=_("Открыть лицевой счёт"),
    )


def _move_signed(p: Params) -> Words:
    return Words(
        title=_("Перенос платежа согласован"),
        text=_("По вашей просьбе %(total)s из платежа %(order)s перенесены на другой счёт.") % p,
        sms=_("Перенос %(total)s по платежу %(order)s согласован") % p,
        action=_("Посмотреть платёж"),
    )


def _move_refused(p: Params) -> Words:
    return Words(
        title=_("Перенос платежа не согласован"),
        text=_(
            "Просьба перенести %(total)s из платежа %(order)s не исполнена. Где эти деньги сейчас, видно на "
            "странице платежа. Если вопрос остался, напишите в поддержку."
        )
        % p,
        sms=_("Перенос %(total)s по платежу %(order)s не согласован") % p,
        action=_("Посмотреть платёж"),
    )


# ``way``: more, of the account that the money left; less, of the one it came to.
MONEY_MOVED: Final = EventSpec(
    code="money_moved",
    name=gettext_lazy("Деньги перенесены между счетами"),
    words=_money_moved,
    needs={"account", "total", "way", "document"},
    places={"account"},
    icon="info",
    row=151,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)

MOVE_SIGNED: Final = EventSpec(
    code="move_signed",
    name=gettext_lazy("Перенос платежа согласован"),
    words=_move_signed,
    needs={"order", "total"},
    places={"payment-order"},
    icon="success",
    row=152,
    obligatory=(NoticeChannel.BELL,),
)

MOVE_REFUSED: Final = EventSpec(
    code="move_refused",
    name=gettext_lazy("Перенос платежа не согласован"),
    words=_move_refused,
    needs={"order", "total"},
    places={"payment-order"},
    icon="warning",
    row=153,
    obligatory=(NoticeChannel.BELL,),
    usual=(NoticeChannel.EMAIL,),
)
