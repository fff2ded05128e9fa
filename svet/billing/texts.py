"""Sentences for refusals of billing, and the words for its rows."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from svet.billing.rules import Basis, Reason
from svet.billing.rules.tariff_file import RowError, RowReason
from svet.kernel.refusals import Refused


def explain(refusal: Refused) -> str:
    """The refusal as a sentence."""
    match refusal.reason:
        case Reason.NO_TARIFF:
            return _("На эту дату для тарифной группы нет цен. Загрузите тарифы и повторите расчёт.")
        case Reason.NEGATIVE_VOLUME | Reason.READING_BELOW_BILLED:
            return _("Показания меньше уже начисленных. Начисление отложено до проверки.")
        case Reason.UNKNOWN_PROVIDER:
            return _("Такого поставщика нет.")
        case Reason.NO_REGION:
            return _("У поставщика не указан регион тарифов.")
        case Reason.PERIOD_NOT_STARTED:
            return _("Этот месяц ещё не наступил: начислять рано.")
        case RowReason():
            return _(
                "Файл тарифов не принят, ничего не изменено. Исправьте строки из списка и загрузите снова."
            )
        case _:
            return _("Начисление невозможно.")


def basis_name(basis: Basis) -> str:
    """How the volume of a line was found, in a few words."""
    return {
        Basis.READING: _("по показаниям"),
        Basis.AVERAGE: _("по среднему расходу"),
        Basis.NORM: _("по нормативу"),
        Basis.SETTLEMENT: _("перерасчёт начисленного без показаний"),
    }[basis]


def explain_row(error: RowError) -> str:
    """One error of a tariff file as a line of a report."""
    values = {"field": error.field, "value": error.value}
    text = row_texts()[error.reason].format(**values)
    if not error.row:
        return text
    if error.field:
        return _("Строка {row}, столбец {field}: {text}").format(row=error.row, field=error.field, text=text)
    return _("Строка {row}: {text}").format(row=error.row, text=text)


def row_texts() -> dict[RowReason, str]:
    """What each reason says, with the places of ``field`` and ``value``."""
    return {
        RowReason.NOT_UTF8: _("файл не текстовый или повреждён: сохраните таблицу как CSV UTF-8"),
        RowReason.TOO_LARGE: _("файл больше 10 МБ"),
        RowReason.NO_ROWS: _("в файле нет строк с ценами"),
        RowReason.MISSING_COLUMN: _("нет столбца {field}"),
        RowReason.WRONG_WIDTH: _("в строке не столько полей, сколько в заголовке"),
        RowReason.EMPTY: _("поле {field} пусто"),
        RowReason.TOO_LONG: _("поле {field} слишком длинное"),
        RowReason.CONTROL_CHARACTER: _("в поле {field} непечатаемый знак"),
        RowReason.BAD_DATE: _("нужна дата вроде 2026-12-31 или 31.12.2026, а стоит «{value}»"),
        RowReason.DATES_REVERSED: _("последний день раньше первого: «{value}»"),
        RowReason.BAD_SCHEME: _("схема зон — 1, 2 или 3, а стоит «{value}»"),
        RowReason.BAD_ZONE: _("в этой схеме нет зоны «{value}»"),
        RowReason.BAD_RANGE: _("номер диапазона — 1, 2 или 3, а стоит «{value}»"),
        RowReason.BAD_LIMIT: _("предел диапазона — целые кВт·ч, а стоит «{value}»"),
        RowReason.BAD_PRICE: _("цена — положительное число вроде 4,24, а стоит «{value}»"),
        RowReason.BAD_FLAG: _("в поле demonstration нужно yes или no, а стоит «{value}»"),
        RowReason.DUPLICATE: _("такая же строка уже есть: {value}"),
        RowReason.MISSING_ZONE: _("нет цены для зоны «{value}»"),
        RowReason.MISSING_RANGE: _("диапазоны зоны «{value}» идут не подряд с первого"),
        RowReason.LIMITS_NOT_RISING: _("пределы диапазонов зоны «{value}» не возрастают"),
        RowReason.LIMITS_DIFFER: _("пределы диапазонов зоны «{value}» не такие, как у других зон"),
        RowReason.LAST_RANGE_LIMITED: _("у последнего диапазона не должно быть предела, а стоит {value}"),
        RowReason.OVERLAP: _("с {value} действуют сразу две таблицы цен"),
        RowReason.GAP: _("перед {value} есть дни без цен"),
        RowReason.DIFFERS_FROM_LOADED: _("строка расходится с уже загруженной: загруженные цены не меняются"),
    }


def loaded(regions: Sequence[str], *, added: int, unchanged: int) -> str:
    """What came of a tariff file that was taken."""
    return _("{regions}. Новых строк: {added}, уже были: {unchanged}.").format(
        regions=", ".join(regions), added=added, unchanged=unchanged
    )
