"""What people are told of their bills."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.notices.rules import EventSpec, NoticeChannel, Params, Words


def _bill_ready(p: Params) -> Words:
    # Notices of earlier versions lack the state: they were all of something to be paid.
    state = p.get("state", "due")
    if state in ("over", "even"):
        return _nothing_to_pay(p, over=state == "over")
    if state == "parts_late":
        return _part_missed(p)
    if state in ("parts", "parts_paid"):
        return _in_parts(p, asked=state == "parts")
    late = state == "overdue"
    return Words(
        title=_("Счёт за %(period)s готов") % p,
        text=(
            _("Аб. № %(account)s: к оплате %(total)s, срок прошёл %(due)s.")
            if late
            else _("Аб. № %(account)s: к оплате %(total)s до %(due)s.")
        )
        % p,
        sms=(
            _("Счёт за %(period)s: %(total)s, срок прошёл %(due)s. Аб. № %(account)s")
            if late
            else _("Счёт за %(period)s: %(total)s до %(due)s. Аб. № %(account)s")
        )
        % p,
        paragraphs=(
            (
                _("По аб. № %(account)s за %(period)s к оплате %(total)s. Срок оплаты прошёл %(due)s.")
                if late
                else _(
                    "По аб. № %(account)s за %(period)s к оплате %(total)s. Оплатите, пожалуйста, до %(due)s."
                )
            )
            % p,
            _("Без комиссии это можно сделать в личном кабинете; там же видно, из чего сложилась сумма."),
        ),
        action=_("Посмотреть и оплатить"),
    )


def _in_parts(p: Params, *, asked: bool) -> Words:
    """A bill of a debt that is paid in parts: what is asked next, and that the rest goes by its days."""
    if not asked:
        said = _("Сейчас платить ничего не нужно: долг вы платите в рассрочку.")
        return Words(
            title=_("Счёт за %(period)s готов") % p,
            text=_("Аб. № %(account)s: сейчас платить не нужно, долг идёт по рассрочке.") % p,
            sms=_("Счёт за %(period)s: рассрочка, платить не нужно. Аб. № %(account)s") % p,
            paragraphs=(_("По аб. № %(account)s за %(period)s готов счёт.") % p, said, _whole_debt()),
            action=_("Посмотреть счёт"),
        )
    return Words(
        title=_("Счёт за %(period)s готов") % p,
        text=_("Аб. № %(account)s: по рассрочке внесите %(sum)s до %(until)s. Остальное — по графику.") % p,
        sms=_("Счёт за %(period)s: рассрочка, %(sum)s до %(until)s. Аб. № %(account)s") % p,
        paragraphs=(
            _("По аб. № %(account)s за %(period)s готов счёт. Долг вы платите в рассрочку.") % p,
            _("До %(until)s внесите %(sum)s: это часть рассрочки и новые счета. Остальное — по графику.") % p,
            _whole_debt(),
            _("Без комиссии это можно сделать в личном кабинете; там же видно, из чего сложилась сумма."),
        ),
        action=_("Посмотреть и оплатить"),
    )


def _part_missed(p: Params) -> Words:
    """A bill of a debt whose part was missed: how much, that its day is over, and what follows."""
    return Words(
        title=_("Счёт за %(period)s готов") % p,
        text=_("Аб. № %(account)s: часть рассрочки просрочена, внесите %(sum)s. Срок был %(until)s.") % p,
        sms=_("Счёт за %(period)s: рассрочка просрочена, внесите %(sum)s. Аб. № %(account)s") % p,
        paragraphs=(
            _("По аб. № %(account)s за %(period)s готов счёт. Долг вы платите в рассрочку.") % p,
            _(
                "Часть рассрочки просрочена: её срок был %(until)s. Внесите %(sum)s как можно скорее, "
                "иначе рассрочка закончится и платить придётся весь долг сразу."
            )
            % p,
            _whole_debt(),
            _("Без комиссии это можно сделать в личном кабинете; там же видно, из чего сложилась сумма."),
        ),
        action=_("Посмотреть и оплатить"),
    )


def _whole_debt() -> str:
    """The bill as a document knows nothing of what was agreed."""
    return _("В файле счёта и в его коде для оплаты стоит весь долг: по рассрочке платят в кабинете.")


def _nothing_to_pay(p: Params, *, over: bool) -> Words:
    """A bill of an account that owes nothing: nobody is asked for 0,00 ₽."""
    said = _("Переплата %(over)s, платить не нужно") % p if over else _("платить не нужно")
    values = {**p, "said": said}
    return Words(
        title=_("Счёт за %(period)s готов") % p,
        text=_("Аб. № %(account)s: %(said)s.") % values,
        sms=_("Счёт за %(period)s: %(said)s. Аб. № %(account)s") % values,
        paragraphs=(
            _("По аб. № %(account)s за %(period)s: %(said)s.") % values,
            _("Из чего сложилась сумма, видно в личном кабинете."),
        ),
        action=_("Посмотреть счёт"),
    )


def _due_near(p: Params) -> Words:
    return Words(
        title=_("Скоро срок оплаты"),
        text=_("Аб. № %(account)s: к оплате %(total)s до %(due)s.") % p,
        sms=_("К оплате %(total)s до %(due)s. Аб. № %(account)s") % p,
        action=_("Оплатить"),
    )


def _reading_used(p: Params) -> Words:
    return Words(
        title=_("Показания вошли в счёт"),
        text=_("Счёт по аб. № %(account)s за %(period)s рассчитан по вашим показаниям.") % p,
        sms=_("Ваши показания вошли в счёт за %(period)s, аб. № %(account)s") % p,
        action=_("Посмотреть счёт"),
    )


READING_USED: Final = EventSpec(
    code="reading_used",
    name=gettext_lazy("Показания вошли в счёт"),
    words=_reading_used,
    needs={"account", "period"},
    places={"bill"},
    icon="meter",
    row=50,
    quiet=True,
)

BILL_READY: Final = EventSpec(
    code="bill_ready",
    name=gettext_lazy("Счёт готов"),
    words=_bill_ready,
    needs={"account", "period", "total", "due"},
    places={"bill"},
    icon="document",
    row=90,
    usual=(NoticeChannel.BELL, NoticeChannel.EMAIL),
)

DUE_NEAR: Final = EventSpec(
    code="due_near",
    name=gettext_lazy("Скоро срок оплаты"),
    words=_due_near,
    needs={"account", "total", "due"},
    places={"payment"},
    icon="clock",
    row=100,
    usual=(NoticeChannel.BELL, NoticeChannel.EMAIL, NoticeChannel.SMS),
)

EVENTS: Final = (
    READING_USED,
    BILL_READY,
    DUE_NEAR,
)

#: What the journal keeps of this room, in words.
ACTIONS: Final[Mapping[str, object]] = {
    "bills.printed": gettext_lazy("Счета напечатаны"),
    "bills.printed_again": gettext_lazy("Счета напечатаны повторно"),
}
