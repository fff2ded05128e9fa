"""What Svet says about a register that cannot be taken, and about its rows."""

from __future__ import annotations

from django.utils.translation import gettext as _

from svet.exchange.rules.refusals import FileReason, RowReason
from svet.kernel.refusals import Refused


def explain(refusal: Refused) -> str:
    """The sentence for a refused file."""
    known = {
        FileReason.EMPTY: _("Файл пуст."),
        FileReason.TOO_LARGE: _("Файл больше %(megabytes)s МБ: разделите его на части."),
        FileReason.TOO_MANY_ROWS: _("В файле больше %(rows)s строк: разделите его на части."),
        FileReason.NOT_TEXT: _("Это не текстовый реестр. Принимаем CSV: сохраните таблицу в этом виде."),
        FileReason.BROKEN_BYTE: _("Файл повреждён: строка %(line)s, байт %(byte)s."),
        FileReason.NUL: _("В строке %(line)s нулевой байт: файл повреждён."),
        FileReason.HEADER_UNKNOWN: _("Не узнаём заголовок: «%(heading)s»."),
        FileReason.COLUMN_MISSING: _("Нет столбца %(column)s (его ещё называют: %(aliases)s)."),
        FileReason.COLUMN_TWICE: _("Столбец «%(column)s» встречается дважды."),
        FileReason.TRAILER_MISSING: _(
            "Нет контрольной строки в конце реестра: последняя строка начинается с «=»."
        ),
        FileReason.TRAILER_DIFFERS: _(
            "Контрольная строка не сходится: в ней %(count)s платежей на %(sum)s ₽, в реестре %(counted)s на "
            "%(summed)s ₽, разница %(difference)s ₽. Ничего не зачислено."
        ),
        FileReason.ALREADY_TAKEN: _("Этот файл уже загружен: № %(number)s, %(taken_on)s, %(by)s."),
        FileReason.UNKNOWN_PROFILE: _("Нет такого вида реестра: %(profile)s."),
        FileReason.NAME: _("Принимаем файлы .csv и .txt."),
    }
    return known[FileReason(refusal.reason)] % refusal.details


def explain_row(reason: RowReason) -> str:
    """The sentence for one row that was not applied."""
    return {
        RowReason.REQUIRED: _("Поле не заполнено."),
        RowReason.TOO_LONG: _("Значение слишком длинное."),
        RowReason.COLUMNS: _("В строке не хватает столбцов или поле слишком длинное."),
        RowReason.DATE: _("Такой даты нет."),
        RowReason.NUMBER: _("Это не число."),
        RowReason.MONEY: _("Это не сумма в рублях."),
        RowReason.FORMULA: _("Формула вместо числа."),
        RowReason.ZONES: _("Число показаний не совпадает с числом зон прибора."),
        RowReason.CHOICE: _("Такого значения нет в справочнике."),
        RowReason.REPEATED_IN_FILE: _("Номер записи повторяется в этом же файле."),
        RowReason.OTHER_BODY: _("Этот номер операции уже был с другой суммой или счётом: спросите у банка."),
        RowReason.PROVIDER_UNKNOWN: _("Нет такого поставщика."),
        RowReason.ACCOUNT_UNKNOWN: _("Нет такого лицевого счёта."),
        RowReason.METER_UNKNOWN: _("На этом лицевом счёте нет такого прибора учёта."),
        RowReason.REFUSED: _("Значение не принято."),
    }[reason]
