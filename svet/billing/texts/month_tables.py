"""Dry runs and problems of months as tables: heads and cells of files for a spreadsheet."""

from __future__ import annotations

from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from svet.billing.queries.dry_runs import DryRunAccountView
from svet.billing.queries.problems import ProblemView
from svet.billing.texts import problem, problem_name
from svet.billing.texts.months import mover_name
from svet.kernel.writing import plain_number, safe_cell
from svet.look.formats import day


def dry_run_heads() -> list[str]:
    """The titles of the columns of a dry run's file."""
    return [
        _("Лицевой счёт"),
        _("кВт·ч"),
        _("Сумма, ₽"),
        _("Было кВт·ч"),
        _("Было, ₽"),
        _("Изменение, ₽"),
        _("Изменение, %"),
        _("В том числе перерасчёт, ₽"),
        _("Без показаний"),
        _("Почему изменилось"),
        _("Почему не начислить"),
    ]


def dry_run_cells(each: DryRunAccountView) -> list[str]:
    """One account of a dry run's file; no cell is ever a formula."""
    former = each.former_kopecks
    return [
        safe_cell(each.account_number),
        decimal_cell(each.kwh),
        rouble_cell(each.kopecks),
        "" if each.former_kwh is None else decimal_cell(each.former_kwh),
        "" if former is None else rouble_cell(former),
        rouble_cell(each.moved_kopecks),
        "" if each.moved_percent is None else str(each.moved_percent),
        rouble_cell(each.recalculated_kopecks),
        _("да") if each.estimated else _("нет"),
        "" if each.mover is None else mover_name(each.mover),
        "" if each.reason is None else problem_name(each.reason),
    ]


def problem_heads() -> list[str]:
    """The titles of the columns of a file of problems."""
    return [
        _("Поставщик"),
        _("Месяц"),
        _("Лицевой счёт"),
        _("Причина"),
        _("Что делать"),
        _("Впервые"),
        _("Последний раз"),
    ]


def problem_cells(each: ProblemView) -> list[str]:
    """One account of a file of problems; no cell is ever a formula."""
    return [
        safe_cell(each.provider_code),
        str(each.period),
        safe_cell(each.account_number),
        problem_name(each.reason),
        problem(each.reason, each.details),
        day(timezone.localdate(each.first_at)),
        day(timezone.localdate(each.last_at)),
    ]


def rouble_cell(kopecks: int) -> str:
    """Roubles as a Russian spreadsheet reads them."""
    return decimal_cell(Decimal(kopecks) / 100)


def decimal_cell(value: Decimal) -> str:
    """A number as a Russian spreadsheet reads it."""
    return plain_number(value).replace(".", ",")
