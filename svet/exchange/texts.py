"""What Svet says about a register that cannot be taken, and about its rows."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from svet.exchange.rules.refusals import FileReason, RowFault, RowReason
from svet.kernel.refusals import Refused
from svet.look.formats import day as shown_day


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
        FileReason.SOURCE_UNKNOWN: _(
            "Нет источника «%(source)s». Есть: %(known)s. Новый добавляют так: svet source add КОД --name …"
        ),
        FileReason.SOURCE_ELSEWHERE: _("Источник называют только у реестра платежей."),
    }
    sentence = known[FileReason(refusal.reason)] % refusal.details
    if unread := refusal.details.get("unread"):
        sentence += " " + _("Не прочитались строки: %(lines)s.") % {"lines": unread}
    return sentence


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
        RowReason.OTHER_BODY: _(
            "Платёж с этим номером за этот день уже был с другой суммой или счётом. Не зачислен: "
            "спросите у банка."
        ),
        RowReason.OTHER_OFFICE: _(
            "Такой же платёж уже был из другого отделения. Если это другой банк, назовите его: --source. "
            "Не зачислен."
        ),
        RowReason.SAME_ELSEWHERE: _(
            "Такая же строка уже была в реестре другого источника. Не зачислена: похоже, это тот же платёж."
        ),
        RowReason.BOOKS_UNKNOWN: _(
            "Счёта нет, а в реестре платежи разных поставщиков: непонятно, чьи это деньги. Назовите источник "
            "с поставщиком."
        ),
        RowReason.ACCOUNT_TWICE: _("Такой счёт есть у двух поставщиков: непонятно, чей платёж."),
        RowReason.OTHER_PROVIDER: _("Этот счёт другого поставщика, а деньги пришли не ему."),
        RowReason.DAY_AHEAD: _("День платежа ещё не наступил."),
        RowReason.DAY_OLD: _("День платежа слишком давний."),
        RowReason.STORNO: _("Сторно: на этом счёте нет платежа на такую сумму, отменять нечего."),
        RowReason.PROVIDER_UNKNOWN: _("Нет такого поставщика."),
        RowReason.ACCOUNT_UNKNOWN: _("Нет такого лицевого счёта."),
        RowReason.METER_UNKNOWN: _("На этом лицевом счёте нет такого прибора учёта."),
        RowReason.REFUSED: _("Значение не принято."),
    }[reason]


def explain_waiting(reason: RowReason, *, day: date) -> str:
    """The sentence for a payment that waits for a person; an impossible day is named."""
    if reason is RowReason.DAY_AHEAD:
        return _("День платежа %(day)s ещё не наступил.") % {"day": shown_day(day)}
    if reason is RowReason.DAY_OLD:
        return _("День платежа %(day)s слишком давний.") % {"day": shown_day(day)}
    return explain_row(reason)


def explain_fault(fault: RowFault) -> str:
    """The sentence for a row of payments that could not be read, or not whole."""
    if columns := fault.details.get("columns"):
        return _("В строке столбцов: %(columns)s, нужно 13. Сумма известна, остальное ненадёжно.") % {
            "columns": columns
        }
    return explain_row(fault.reason)
