"""Sentences for refused files of tariffs, and the words for prices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from svet.kernel.periods import Month
from svet.kernel.refusals import Refused
from svet.look.formats import day, month, number
from svet.metering.rules import Zone
from svet.metering.texts import ZONE_NAMES
from svet.tariffs.queries import TariffRowView, TariffTable
from svet.tariffs.rules.law import LawAct
from svet.tariffs.rules.law_entries import LawEntryReason
from svet.tariffs.rules.norm_file import NormFault
from svet.tariffs.rules.tariff_diff import RowChange
from svet.tariffs.rules.tariff_file import RowError, RowLack, TariffLack, TariffLine, TariffRowReason
from svet.tariffs.rules.tariffs import PriceReason
from svet.tariffs.texts.law import explain_entry
from svet.tariffs.texts.norms import explain_norms

#: Every reason of this room that has a sentence.
REASONS: Final = (TariffRowReason, NormFault, PriceReason, LawAct, LawEntryReason)


def explain(refusal: Refused) -> str:
    """The refusal as a sentence."""
    match refusal.reason:
        case NormFault():
            return explain_norms(refusal)
        case LawEntryReason():
            return explain_entry(refusal)
        case LawAct():
            return law_texts()[refusal.reason].format(day=_shown_day(refusal.details.get("day")))
        case PriceReason():
            group = refusal.details.get("group")
            if not group:
                return _("Опубликованной цены нет.")
            return _("Для группы «{group}» нет опубликованной цены.").format(group=group)
        case TariffRowReason():
            return _(
                "Файл тарифов не принят, ничего не изменено. Исправьте строки из списка и загрузите снова."
            )
        case _:
            return _("Тарифы не изменены.")


def law_texts() -> dict[LawAct, str]:
    """Which act is missing for a day, with the place of the day."""
    return {
        LawAct.KEY_RATE: _("На {day} нет ключевой ставки: нужно решение Банка России."),
        LawAct.PENALTY_CAP: _(
            "На {day} нет предела ставки пеней: постановление № 329 от 18.03.2025 действует до 01.01.2027,"
            " нужен акт на дальнейшее время."
        ),
        LawAct.PENALTY_STEPS: _("На {day} нет порядка пеней: нужна редакция статьи 155 Жилищного кодекса."),
        LawAct.CALENDAR: _(
            "На {day} нет производственного календаря: нужно постановление о переносе выходных дней в этом"
            " году."
        ),
        LawAct.MULTIPLIER: _("На {day} нет коэффициента к нормативу: нужна редакция постановления № 354."),
    }


def _shown_day(value: object) -> str:
    """A day as people write it: kept ones are text, raised ones are what they are."""
    return day(value if isinstance(value, date) else date.fromisoformat(str(value)))


def explain_row(error: RowError) -> str:
    """One error of a tariff file as a line of a report."""
    values = {"field": error.field, "value": _shown_value(error)}
    text = row_texts()[error.reason].format(**values)
    if not error.row:
        return text
    if error.field:
        return _("Строка {row}, столбец {field}: {text}").format(row=error.row, field=error.field, text=text)
    return _("Строка {row}: {text}").format(row=error.row, text=text)


def _shown_value(error: RowError) -> str:
    """The value as people write it; what stands in the file as it stands there."""
    match error.reason:
        case TariffRowReason.OVERLAP | TariffRowReason.ALREADY_CHARGED | TariffRowReason.NOTHING_TO_CORRECT:
            return _shown_day(error.value)
        case TariffRowReason.MONTH_RUNNING:
            return month(Month.parse(error.value))
    return error.value


def row_texts() -> dict[TariffRowReason, str]:
    """What each reason says, with the places of ``field`` and ``value``."""
    return {
        TariffRowReason.NOT_UTF8: _("файл не текстовый или повреждён: сохраните таблицу как CSV UTF-8"),
        TariffRowReason.TOO_LARGE: _("файл больше 10 МБ"),
        TariffRowReason.NO_ROWS: _("в файле нет строк с ценами"),
        TariffRowReason.MISSING_COLUMN: _("нет столбца {field}"),
        TariffRowReason.WRONG_WIDTH: _("в строке не столько полей, сколько в заголовке"),
        TariffRowReason.EMPTY: _("поле {field} пусто"),
        TariffRowReason.TOO_LONG: _("поле {field} слишком длинное"),
        TariffRowReason.CONTROL_CHARACTER: _("в поле {field} непечатаемый знак"),
        TariffRowReason.BAD_DATE: _("нужна дата вроде 2026-12-31 или 31.12.2026, а стоит «{value}»"),
        TariffRowReason.DATES_REVERSED: _("последний день раньше первого: «{value}»"),
        TariffRowReason.BAD_SCHEME: _("схема зон — 1, 2 или 3, а стоит «{value}»"),
        TariffRowReason.BAD_ZONE: _("в этой схеме нет зоны «{value}»"),
        TariffRowReason.BAD_RANGE: _("номер диапазона — целое число с 1, а стоит «{value}»"),
        TariffRowReason.BAD_LIMIT: _("предел диапазона — целые кВт·ч, а стоит «{value}»"),
        TariffRowReason.TWO_LIMITS: _("предел диапазона — либо число, либо на человека с наименьшим"),
        TariffRowReason.BAD_PRICE: _("цена — положительное число вроде 4,24, а стоит «{value}»"),
        TariffRowReason.BAD_FLAG: _("в поле demonstration нужно yes или no, а стоит «{value}»"),
        TariffRowReason.DUPLICATE: _("такая же строка уже есть: {value}"),
        TariffRowReason.LIMITS_NOT_RISING: _("пределы диапазонов зоны «{value}» не возрастают"),
        TariffRowReason.LIMITS_DIFFER: _("пределы диапазонов зоны «{value}» не такие, как у других зон"),
        TariffRowReason.OVERLAP: _("с {value} действуют сразу две таблицы цен"),
        TariffRowReason.ALREADY_CHARGED: _(
            "прежняя таблица не может кончиться {value}: по ней уже начислено"
        ),
        TariffRowReason.DIFFERS_FROM_LOADED: _(
            "строка расходится с уже загруженной. Ошибку в загруженных ценах исправляет"
            " svet tariffs load --correct"
        ),
        TariffRowReason.NOTHING_TO_CORRECT: _(
            "на {value} нет загруженной таблицы, которую можно исправить: дни строки — внутри одной таблицы"
        ),
        TariffRowReason.NOTHING_TO_CLOSE: _(
            "у группы «{value}» нет таблицы без последнего дня, которая действует в этот день"
        ),
        TariffRowReason.MONTH_RUNNING: _("сейчас начисляют {value}: дождитесь конца и повторите"),
    }


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


def lacking(lacks: Sequence[RowLack]) -> str:
    """How much a publication leaves out, and what follows."""
    return _(
        "Публикация неполна, мест: {count}. Чего нет в ней, по тому не начислят: такие лицевые счета покажет"
        " svet bill problems."
    ).format(count=len(lacks))


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
            said = f"{said} ({number(change.growth, sign=True)}%)"
    return f"{where}: {said}"


def not_closed(error: RowError) -> str:
    """Why a table did not get its last day."""
    return _("Последний день не назначен: {why}.").format(why=explain_row(error))


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
