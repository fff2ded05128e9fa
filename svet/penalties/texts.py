"""An accrual in words: one row for each run of days at one price."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from svet.kernel.money import Money
from svet.look.formats import day, number, roubles
from svet.penalties.queries import Accrual


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
    return [
        PenaltyRow(
            bill=each.part.debt.bill,
            due=day(each.part.debt.due_on),
            days=_("{since} – {until}, дни просрочки {first}–{last}").format(
                since=day(each.since),
                until=day(each.until),
                first=each.first_number,
                last=each.first_number + each.days - 1,
            ),
            debt=each.part.money,
            formula=_("{debt} ×\u00a0{days}\u00a0дн. ×\u00a0{percent}\u00a0%\u00a0÷\u00a0{divisor}").format(
                debt=roubles(each.part.money),
                days=each.days,
                percent=number(each.percent),
                divisor=each.divisor,
            ),
            ended=_("оплачено {on}").format(on=day(each.part.paid_on)) if each.part.paid_on else "",
            money=each.money,
        )
        for each in accrual.segments
    ]
