"""Words about norms: refused files, and norms as lines."""

from __future__ import annotations

from django.utils.translation import gettext as _

from svet.kernel.refusals import Refused
from svet.look.formats import number
from svet.tariffs.operations.norms import NormReport
from svet.tariffs.rules.norm_file import NormError, NormFault, NormFileRefused, NormLine


def explain_norms(refusal: Refused) -> str:
    """Why a file of norms was not taken."""
    errors = refusal.errors if isinstance(refusal, NormFileRefused) else []
    if len(errors) == 1 and not errors[0].row:
        return norm_error(errors[0])
    return _("Нормативы не загружены, ошибок: {count}.").format(count=len(errors))


def norm_error(error: NormError) -> str:
    """One error of a file of norms as a line of a report."""
    text = norm_fault_texts()[error.fault].format(column=error.column, value=error.value)
    return _("Строка {row}: {text}").format(row=error.row, text=text) if error.row else text


def norm_fault_texts() -> dict[NormFault, str]:
    """What each fault says, with the places of ``column`` and ``value``."""
    return {
        NormFault.NOT_TEXT: _("файл не текстовый или повреждён: сохраните таблицу как CSV UTF-8"),
        NormFault.TOO_LARGE: _("файл больше 1 МБ"),
        NormFault.NO_ROWS: _("в файле нет строк с нормативами"),
        NormFault.MISSING_COLUMN: _("нет столбца {column}"),
        NormFault.WRONG_WIDTH: _("в строке не столько полей, сколько в заголовке"),
        NormFault.EMPTY: _("поле {column} пусто"),
        NormFault.TOO_LONG: _("поле {column} слишком длинное"),
        NormFault.HIDDEN: _("в поле {column} непечатаемый знак"),
        NormFault.DATE: _("нужна дата вроде 2026-12-31 или 31.12.2026, а стоит «{value}»"),
        NormFault.DATES_REVERSED: _("последний день раньше первого: «{value}»"),
        NormFault.BAND: _("в поле {column} нужно число, «1-2» или «4+», а стоит «{value}»"),
        NormFault.STOVE: _("плита — gas, electric или пусто, а стоит «{value}»"),
        NormFault.FLAG: _("в поле {column} нужно yes, no или пусто, а стоит «{value}»"),
        NormFault.KWH: _("норматив — кВт·ч на человека в месяц, больше нуля, а стоит «{value}»"),
        NormFault.TWICE: _("для этих же жильцов норматив уже есть: строка {value}"),
        NormFault.TABLES_OVERLAP: _("с {value} действуют сразу две таблицы нормативов"),
        NormFault.DIFFERS: _(
            "строка расходится с уже загруженной. Неверную таблицу сначала отзывают: svet norms withdraw"
        ),
        NormFault.NOTHING: _("у региона «{value}» нет загруженной таблицы с этого дня"),
    }


def norms_loaded(report: NormReport, *, applied: bool) -> str:
    """What came of a file of norms, or would."""
    text = (
        _("{regions}. Новых строк: {added}, уже были: {unchanged}.")
        if applied
        else _("Ошибок нет, ничего не изменено. {regions}. Новых строк: {added}, уже были: {unchanged}.")
    )
    return text.format(regions=", ".join(report.regions), added=report.added, unchanged=report.unchanged)


def norm(line: NormLine) -> str:
    """One norm as a line."""
    rooms, persons = _band(line.rooms_from, line.rooms_to), _band(line.persons_from, line.persons_to)
    parts = [
        _("комнат {band}").format(band=rooms) if rooms else "",
        _("человек {band}").format(band=persons) if persons else "",
        {"gas": _("газовая плита"), "electric": _("электрическая плита")}.get(line.stove, ""),
        {True: _("электрическое отопление"), False: _("без электрического отопления"), None: ""}[
            line.electric_heating
        ],
    ]
    said = ", ".join(part for part in parts if part) or _("для всех")
    shown = _("{whom}: {kwh} кВт·ч на человека в месяц").format(whom=said, kwh=number(line.kwh))
    return _("{norm} (придумано для показа)").format(norm=shown) if line.demonstration else shown


def _band(least: int | None, most: int | None) -> str:
    if least is None:
        return ""
    if most is None:
        return f"{least}+"
    return str(least) if most == least else f"{least}–{most}"
