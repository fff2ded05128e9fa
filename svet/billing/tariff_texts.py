"""Words about tariffs in use: what came of a file, what a correction changes of what is charged."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from svet.billing.operations import CorrectionReport, MonthConcerned, TariffReport
from svet.look.formats import month, number


def loaded(report: TariffReport) -> str:
    """What came of a tariff file that was taken."""
    return _("{regions}. Новых строк: {added}, уже были: {unchanged}.").format(
        regions=", ".join(report.regions), added=report.added, unchanged=report.unchanged
    )


def checked(report: TariffReport) -> str:
    """What would come of a tariff file."""
    return _(
        "Ошибок нет, ничего не изменено. {regions}. Новых строк: {added}, уже были: {unchanged}."
    ).format(regions=", ".join(report.regions), added=report.added, unchanged=report.unchanged)


def corrected(report: CorrectionReport, *, applied: bool) -> str:
    """What a correction changes, or would."""
    regions = ", ".join(report.regions)
    if not report.gone and not report.brought:
        return _("{regions}. Исправлять нечего: всё так и загружено.").format(regions=regions)
    text = (
        _("{regions}. Заменено строк: {gone}, вместо них: {brought}. Прежние остались для чтения.")
        if applied
        else _("Ничего не изменено. {regions}. Было бы заменено строк: {gone}, вместо них: {brought}.")
    )
    return text.format(regions=regions, gone=report.gone, brought=report.brought)


def concerned(months: Sequence[MonthConcerned]) -> list[str]:
    """The charged months that are to be charged anew, one a line."""
    if not months:
        return [_("По этим ценам ничего не начислено.")]
    lines = [
        _("{month}: лицевых счетов {accounts}, {kwh} кВт·ч").format(
            month=month(each.period), accounts=number(each.accounts), kwh=number(each.kwh)
        )
        for each in months
    ]
    return [_("Начислено по прежним ценам, подлежит перерасчёту:"), *lines]
