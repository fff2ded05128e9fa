"""What ``svet reconcile`` says of a day."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svet.kernel.money import Money
from svet.look.formats import day as shown_day
from svet.look.formats import roubles
from svet.payments import texts
from svet.payments.queries.reconciliation import DayDifferenceView, DayView


def tell(
    days: Sequence[DayView], differences: Sequence[DayDifferenceView], *, say: Callable[[str], None]
) -> bool:
    """Say the totals of each payee and every difference; True when something differs."""
    for one in days:
        say(f"{shown_day(one.day)}, {one.provider_name}")
        for words, money in (
            (_("взято банком"), one.taken),
            (_("возвращено"), one.refunded),
            (_("комиссия банка"), one.commission),
            (_("в книгах"), one.booked),
            (_("по реестрам"), one.register),
            (_("в невыясненных"), one.suspense),
        ):
            say(f"  {words:<18} {roubles(money):>18}")
        if one.without_income:
            say("  " + ngettext(
                "комиссия %(count)s платежа неизвестна: банк её не назвал",
                "комиссия %(count)s платежей неизвестна: банк её не назвал",
                one.without_income,
            ) % {"count": one.without_income})  # fmt: skip
        if one.unread:
            say("  " + ngettext(
                "без %(count)s платежа: ответ банка о нём не удалось прочитать",
                "без %(count)s платежей: ответы банка о них не удалось прочитать",
                one.unread,
            ) % {"count": one.unread})  # fmt: skip
    for each in differences:
        name = each.order_number or each.subject
        sums = _("у банка %(theirs)s, у нас %(ours)s") % {
            "theirs": _sum(each.theirs),
            "ours": _sum(each.ours),
        }
        say(f"{texts.difference(each.kind)} {name}: {sums}")
    if not differences:
        say(_("Всё сходится."))
    return bool(differences) or not all(one.agrees for one in days)


def _sum(money: Money | None) -> str:
    return "—" if money is None else roubles(money)
