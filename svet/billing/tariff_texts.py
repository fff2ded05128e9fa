"""Words about tariff files: what a publication lacks, what came of a file, what a correction changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from svet.billing.operations import CorrectionReport, MonthConcerned, TariffReport
from svet.billing.operations.norms import NormReport
from svet.billing.queries import TariffRowView, TariffTable
from svet.billing.rules.norm_file import NormError, NormFault, NormFileRefused, NormLine
from svet.billing.rules.tariff_diff import RowChange
from svet.billing.rules.tariff_file import RowLack, TariffLack, TariffLine
from svet.kernel.refusals import Refused
from svet.look.formats import day, month, number
from svet.metering.rules import Zone
from svet.metering.texts import ZONE_NAMES


def explain_lack(lack: RowLack) -> str:
    """What a publication leaves out, as a line of a report."""
    values = {
        "zone": zone_name(lack.zone) if lack.zone else "",
        "number": str(lack.range_no),
        "since": day(lack.since) if lack.since else "",
        "until": day(lack.until) if lack.until else "",
    }
    text = lack_texts()[lack.reason].format(**values)
    where = {"row": lack.row, "group": lack.group, "text": text, "scheme": lack.scheme, "days": ""}
    if lack.reason is TariffLack.DAYS:
        return _("Строка {row}, группа {group}: {text}").format(**where)
    where["days"] = days(lack.since, lack.until)
    return _("Строка {row}, группа {group}, {days}, схема зон {scheme}: {text}").format(**where)


def lack_texts() -> dict[TariffLack, str]:
    """What is not published, with the places of its values."""
    return {
        TariffLack.ZONE: _("нет цены зоны «{zone}»"),
        TariffLack.RANGE: _("нет цены диапазона {number} зоны «{zone}»"),
        TariffLack.LIMIT: _("предел диапазона {number} зоны «{zone}» неизвестен: по нему не начислить"),
        TariffLack.ABOVE: _("нет цены сверх предела диапазона {number} зоны «{zone}»"),
        TariffLack.PRICE: _("цена диапазона {number} зоны «{zone}» не опубликована"),
        TariffLack.DAYS: _("нет цен с {since} по {until}"),
    }


def days(since: date | None, until: date | None) -> str:
    """The days a table holds."""
    if since is None:
        return ""
    if until is None:
        return _("с {since}, конец не назначен").format(since=day(since))
    return _("с {since} по {until}").format(since=day(since), until=day(until))


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


def lacking(lacks: Sequence[RowLack]) -> str:
    """How much a publication leaves out, and what follows."""
    return _(
        "Публикация неполна, мест: {count}. Чего нет в ней, по тому не начислят: такие лицевые счета покажет"
        " svet bill problems."
    ).format(count=len(lacks))


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


def closed(group: str, *, last: date, rows: int) -> str:
    """A table got its last day, or had it."""
    if not rows:
        return _("Группа {group} и так кончается {day}.").format(group=group, day=day(last))
    return _("Группа {group}: последний день {day}, строк: {rows}.").format(
        group=group, day=day(last), rows=rows
    )


def table(found: TariffTable) -> str:
    """A table's group and days, and what corrections made of it."""
    said = _("{region}, группа {group}, {days}, строк: {rows}").format(
        region=found.region, group=found.group, days=days(found.since, found.until), rows=len(found.rows)
    )
    if found.document:
        said = _("{table}; исправлено: {document}").format(table=said, document=found.document)
    if found.replaced_at is not None:
        said = _("{table}; заменено {when}: {document}").format(
            table=said, when=day(found.replaced_at), document=found.replaced_by
        )
    return said


def zone_name(zone: str) -> str:
    """The zone as people call it."""
    return str(ZONE_NAMES[Zone(zone)])


def changed(change: RowChange) -> str:
    """One difference of two tables as a line."""
    region, group, scheme, zone, range_no, start = change.key
    where = _(
        "{region}, группа {group}, с {day}, схема зон {scheme}, зона «{zone}», диапазон {number}"
    ).format(region=region, group=group, day=day(start), scheme=scheme, zone=zone_name(zone), number=range_no)
    if change.before is None:
        said = _("нет → {after}").format(after=_said(change.after))
    elif change.after is None:
        said = _("{before} → нет").format(before=_said(change.before))
    else:
        said = _("{before} → {after}").format(before=_said(change.before), after=_said(change.after))
        if change.before.price != change.after.price and change.growth is not None:
            said = f"{said} ({change.growth:+}%)".replace(".", ",")
    return f"{where}: {said}"


def same() -> str:
    """Two tables without a difference."""
    return _("Различий нет.")


def _said(line: TariffLine | None) -> str:
    if line is None or line.price is None:
        return _("цены нет")
    return f"{number(line.price)} ₽, {limit(line)}, {days(*line.span)}"


def limit(row: TariffLine | TariffRowView) -> str:
    """Where a range ends."""
    if row.limit_unknown:
        return _("предел неизвестен")
    if row.per_person is not None:
        return _("до {kwh} кВт·ч на человека, не меньше {least}").format(kwh=row.per_person, least=row.least)
    if row.range_upper_kwh is not None:
        return _("до {kwh} кВт·ч").format(kwh=number(Decimal(row.range_upper_kwh)))
    return _("без предела")


def price(row: TariffRowView) -> str:
    """One price of a table as a line."""
    return _("схема зон {scheme}, зона «{zone}», диапазон {number}: {price} ₽, {limit}").format(
        scheme=row.scheme,
        zone=zone_name(row.zone),
        number=row.range_no,
        price=number(row.price),
        limit=limit(row),
    )


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
