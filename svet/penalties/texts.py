"""Penalties in words: one row for each run of days at one price, the supplier's choices, why sums changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from svet.kernel.money import Money
from svet.kernel.refusals import Refused
from svet.look.formats import day, number, roubles
from svet.penalties.rules.counting import Accrual
from svet.penalties.rules.policies import PenaltyChoice, PenaltyMode, PenaltyPolicyReason
from svet.penalties.rules.showing import PenaltyLine, ShownCause, line_of
from svet.penalties.rules.streams import AllocationOrder, Stream

#: Every reason of this room that has a sentence.
REASONS: Final = (PenaltyPolicyReason,)


@dataclass(frozen=True, slots=True)
class PenaltyRow:
    """One run of days: ``formula`` holds to the eye, ``ended`` says when the part was paid, if it was."""

    bill: str
    due: str
    days: str
    debt: Money
    formula: str
    ended: str
    money: Money


def rows(accrual: Accrual) -> list[PenaltyRow]:
    """Every segment, in the order of bills and days."""
    return line_rows(line_of(each) for each in accrual.segments)


def line_rows(lines: Iterable[PenaltyLine]) -> list[PenaltyRow]:
    """Runs of days as rows of a table."""
    return [
        PenaltyRow(
            bill=each.bill,
            due=day(each.due_on),
            days=_("{since} – {until}, дни просрочки {first}–{last}").format(
                since=day(each.since),
                until=day(each.until),
                first=each.first_number,
                last=each.first_number + each.days - 1,
            ),
            debt=Money(each.debt_kopecks),
            formula=formula(each),
            ended=_("оплачено {on}").format(on=day(each.paid_on)) if each.paid_on else "",
            money=Money(each.kopecks),
        )
        for each in lines
    ]


def formula(line: PenaltyLine) -> str:
    """«1 234,56 ₽ × 30 дн. × 9,5 % ÷ 300»."""
    return _("{debt} ×\u00a0{days}\u00a0дн. ×\u00a0{percent}\u00a0%\u00a0÷\u00a0{divisor}").format(
        debt=roubles(line.debt_kopecks),
        days=line.days,
        percent=number(line.percent),
        divisor=line.divisor,
    )


def cause_words(cause: ShownCause) -> str:
    """Why the penalties of an account changed."""
    return {
        ShownCause.DAYS: _("прошли дни просрочки"),
        ShownCause.PAYMENT: _("стала известна оплата"),
        ShownCause.RECALCULATION: _("перерасчёт начислений"),
        ShownCause.ACT: _("исправлены расчёты"),
        ShownCause.TERMS: _("изменились ставка, акт или правила поставщика"),
    }[cause]


def mode_name(mode: PenaltyMode) -> str:
    """What a supplier does about penalties."""
    return {
        PenaltyMode.OFF: _("не начисляются"),
        PenaltyMode.ACCRUED: _("начисляются, не показываются"),
        PenaltyMode.SHOWN: _("показываются в счёте"),
    }[mode]


def order_name(order: AllocationOrder) -> str:
    """What money pays that names no month."""
    return {
        AllocationOrder.ENERGY_FIRST: _("сначала всё потребление, пени последними"),
        AllocationOrder.MONTH_BY_MONTH: _("сначала старший месяц, в нём пени после потребления"),
    }[order]


def choice_words(choice: PenaltyChoice) -> str:
    """A choice as a line."""
    return f"{mode_name(choice.mode)}; {order_name(choice.order)}"


def stream_name(stream: Stream) -> str:
    """A part of an account's balance."""
    return {
        Stream.ENERGY: _("Потребление"),
        Stream.FEE: _("Плата за ограничение и возобновление"),
        Stream.PENALTY: _("Пени"),
    }[stream]


def explain(refusal: Refused) -> str:
    """The refusal as a sentence."""
    match refusal.reason:
        case PenaltyPolicyReason.UNKNOWN_PROVIDER:
            return _("Такого поставщика нет.")
        case PenaltyPolicyReason.NOT_FIRST_DAY:
            return _("Правила пеней начинаются с первого дня месяца.")
        case PenaltyPolicyReason.MONTH_ISSUED:
            return _(
                "Счета выставлены {day}: правила пеней меняются с месяца, который начнётся позже."
            ).format(day=day(refusal.details["day"]))  # type: ignore[arg-type]
        case PenaltyPolicyReason.NOTHING_CHOSEN:
            return _("Выберите, что изменить.")
        case _:
            return _("Правила пеней не изменены.")
