"""What Svet says about a register that cannot be taken, and about its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svet.exchange.rules.refusals import FileReason, RowFault, RowReason
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.kernel.refusals import Refused
from svet.look.formats import day, roubles
from svet.look.formats import day as shown_day
from svet.look.formats import month as month_name
from svet.payments.operations import MovementFate

#: Every reason of this room that has a sentence.
REASONS: Final = (FileReason,)


def explain(refusal: Refused) -> str:
    """The sentence for a refused file."""
    known = {
        FileReason.EMPTY: _("Файл пуст."),
        FileReason.TOO_LARGE: _("Файл больше %(megabytes)s МБ: разделите его на части."),
        FileReason.TOO_MANY_ROWS: _("В файле больше %(rows)s строк: разделите его на части."),
        FileReason.NOT_TEXT: _("Это не текстовый реестр. Принимаем CSV: сохраните таблицу в этом виде."),
        FileReason.BROKEN_BYTE: _("Файл повреждён: строка %(line)s, байт %(byte)s."),
        FileReason.NUL: _(
            "В строке %(line)s нулевой байт: файл повреждён или сохранён не как текст. "
            "Сохраните таблицу как CSV UTF-8."
        ),
        FileReason.HEADER_UNKNOWN: _("Не узнаём заголовок: «%(heading)s»."),
        FileReason.COLUMN_MISSING: _("Нет столбца %(column)s (его ещё называют: %(aliases)s)."),
        FileReason.COLUMN_TWICE: _("Столбец «%(column)s» встречается дважды."),
        FileReason.TRAILER_MISSING: _(
            "Нет контрольной строки в конце реестра: последняя строка начинается с «=»."
        ),
        FileReason.TRAILER_DIFFERS: _(
            "Контрольная строка не сходится: в ней %(count)s на %(sum)s, в реестре %(counted)s на "
            "%(summed)s, разница %(difference)s. Ничего не зачислено."
        ),
        FileReason.ALREADY_TAKEN: _("Этот файл уже загружен: № %(number)s, %(taken_on)s, %(by)s."),
        FileReason.UNKNOWN_PROFILE: _("Нет такого вида реестра: %(profile)s."),
        FileReason.NAME: _("Принимаем файлы .csv и .txt."),
        FileReason.SOURCE_UNKNOWN: _(
            "Нет источника «%(source)s». Есть: %(known)s. Новый добавляют так: svet source add КОД --name …"
        ),
        FileReason.CONTROL_MISSING: _(
            "Нет контрольной строки поставщика «%(provider)s»: итого;%(provider)s;ЧИСЛО СТРОК;СУММА. "
            "Ничего не проведено."
        ),
        FileReason.CONTROL_TWICE: _("Контрольная строка поставщика «%(provider)s» встречается дважды."),
        FileReason.CONTROL_UNREAD: _("Контрольная строка %(line)s не читается: нужно итого;КОД;СТРОК;СУММА."),
        FileReason.CONTROL_DIFFERS: _(
            "Контрольная строка поставщика «%(provider)s» не сходится: в ней строк: %(rows)s на %(sum)s, в "
            "реестре строк: %(found)s на %(summed)s, разница %(difference)s. Ничего не проведено."
        ),
        FileReason.COUNT_MISSING: _(
            "Нет контрольной строки поставщика «%(provider)s»: итого;%(provider)s;ЧИСЛО СТРОК. "
            "Ничего не изменено."
        ),
        FileReason.COUNT_UNREAD: _("Контрольная строка %(line)s не читается: нужно итого;КОД;ЧИСЛО СТРОК."),
        FileReason.COUNT_DIFFERS: _(
            "Контрольная строка поставщика «%(provider)s» не сходится: в ней строк: %(rows)s, в реестре: "
            "%(found)s. Ничего не изменено."
        ),
        FileReason.SOURCE_ELSEWHERE: _("Источник называют только у реестра платежей."),
        FileReason.STATEMENT_UNKNOWN: _(
            "Это не выписка: принимаем 1CClientBankExchange 1.03 и camt.053.001.08."
        ),
        FileReason.CUT: _("Выписка обрывается: то, что начато в строке %(line)s, не закончено."),
        FileReason.BALANCE: _(
            "Остатки счёта %(account)s не сходятся с его строками на %(difference)s. Ничего не принято."
        ),
        FileReason.BALANCE_UNREAD: _("Счёт или остатки в строке %(line)s не прочитать. Ничего не принято."),
        FileReason.XML: _("Это повреждённый XML или XML с описанием DOCTYPE: такие не принимаем."),
        FileReason.ACCOUNT_FOREIGN: _("Счёт %(account)s не принадлежит ни одному поставщику."),
        FileReason.ACCOUNT_SHARED: _("Счёт %(account)s записан у нескольких поставщиков: чья выписка?"),
        FileReason.LINES: _("Номера строк пишут через запятую: 14, 20."),
        FileReason.FORM_CHANGED: _(
            "Форма реестров этого источника изменилась, пока реестр ждал. Он прочитан заново: посмотрите, что"
            " выйдет теперь, и решите ещё раз."
        ),
        FileReason.ANOTHER_HAND: _(
            "Вы загрузили этот реестр, а зачислит он больше, чем можно одному: его возьмёт другой сотрудник."
        ),
        FileReason.DECIDED: _("Этот реестр уже решён или ещё читается. Обновите страницу."),
    }
    sentence = known[FileReason(refusal.reason)] % _shown(refusal.details)
    if unread := refusal.details.get("unread"):
        sentence += " " + _("Не прочитались строки: %(lines)s.") % {"lines": unread}
    return sentence


def _shown(details: Mapping[str, object]) -> dict[str, object]:
    """Details as people read them: sums in roubles, payments counted in words."""
    shown: dict[str, object] = {}
    for name, value in details.items():
        if isinstance(value, Decimal):
            shown[name] = roubles(Money.of_roubles(value))
        elif name in ("count", "counted") and isinstance(value, int):
            shown[name] = ngettext("%(count)d платёж", "%(count)d платежей", value) % {"count": value}
        else:
            shown[name] = value
    return shown


def explain_row(reason: RowReason) -> str:
    """The sentence for one row that was not applied."""
    return {
        RowReason.REQUIRED: _("Поле не заполнено."),
        RowReason.TOO_LONG: _("Значение слишком длинное."),
        RowReason.COLUMNS: _("Полей в строке не столько, сколько нужно, или одно из них слишком длинное."),
        RowReason.DATE: _("Такой даты нет."),
        RowReason.NUMBER: _("Это не число."),
        RowReason.MONEY: _("Это не сумма в рублях."),
        RowReason.FORMULA: _("Формула вместо числа."),
        RowReason.CURRENCY: _("Это не рубли."),
        RowReason.ZONES: _("Число показаний не совпадает с числом зон прибора."),
        RowReason.CHOICE: _("Такого значения нет в справочнике."),
        RowReason.REPEATED_IN_FILE: _("Номер записи повторяется в этом же файле."),
        RowReason.OTHER_BODY: _(
            "Платёж с этим номером за этот день уже был с другой суммой или счётом. Не зачислен: "
            "спросите у банка."
        ),
        RowReason.PAID_AGAIN: _(
            "Такой платёж уже был, и банк его отменил. Узнайте у банка, заплачено ли снова: "
            "от этого зависит, зачислить строку или закрыть."
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
        RowReason.OPEN_QUOTE: _("Кавычка открыта и нигде не закрыта."),
        RowReason.GROUP_UNKNOWN: _("Такой тарифной группы в регионе нет."),
        RowReason.ALREADY_MOVED: _(
            "На этом счёте уже есть начисления или оплаты: остаток вносят до них. Не внесён: нужна "
            "корректировка."
        ),
        RowReason.ALREADY_BILLED: _(
            "По этому счёту уже выставлен счёт: остаток вносят до первого. Не внесён: нужна корректировка."
        ),
        RowReason.OPENING_AHEAD: _("День остатка ещё не наступил."),
        RowReason.MONTH_AHEAD: _("Этот месяц ещё не наступил."),
        RowReason.CHARGED_HERE: _(
            "Этого поставщика начисляет svet bill: реестр начислений берут только у тех, кто считает сам."
        ),
        RowReason.PAYMENT_UNKNOWN: _(
            "Платежа с таким номером нет, или он есть в двух магазинах. Спор ждёт сотрудника на странице "
            "«Деньги»."
        ),
        RowReason.NO_TERMS: _("В строке нет ни одного нового значения."),
        RowReason.TERMS_OVERTAKEN: _(
            "Эта строка уже была внесена, а потом исправлена. Не внесена: исправьте условия у счёта."
        ),
        RowReason.CHANGED: _("Такая запись уже есть с другими данными."),
        RowReason.PROVIDER_UNKNOWN: _("Нет такого поставщика."),
        RowReason.ACCOUNT_UNKNOWN: _("Нет такого лицевого счёта."),
        RowReason.METER_UNKNOWN: _("На этом лицевом счёте нет такого прибора учёта."),
        RowReason.REFUSED: _("Значение не принято."),
        RowReason.LEFT_OUT: _("Оставлена по решению сотрудника: не зачислена."),
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
        return _("В строке столбцов: %(columns)s, нужно %(needed)s. Сумма известна, остальное ненадёжно.") % {
            "columns": columns,
            "needed": fault.details["needed"],
        }
    return explain_row(fault.reason)


def explain_line(*, line_no: int, column: str, reason: str, text: str) -> str:
    """What became of one row and why: «Строка 7, столбец date: Такой даты нет.»"""
    said = text or (explain_row(RowReason(reason)) if reason else "")
    if column:
        return _("Строка %(line)s, столбец %(column)s: %(text)s") % {
            "line": line_no,
            "column": column,
            "text": said,
        }
    return _("Строка %(line)s: %(text)s") % {"line": line_no, "text": said}


def other_movement(fate: MovementFate) -> str:
    """A movement of a statement whose identity was taken before with another body."""
    return _(
        "Строка %(line)s: документ № %(number)s на %(sum)s уже был с другим назначением или плательщиком."
    ) % {
        "line": fate.line_no,
        "number": fate.number,
        "sum": roubles(fate.kopecks),
    }


def waits(*, account: str, kopecks: int) -> str:
    """A payment nobody's account is known for."""
    return _("Нет лицевого счёта %(account)s: %(sum)s в невыясненных платежах.") % {
        "account": account,
        "sum": roubles(kopecks),
    }


def under_review(doubts: str) -> str:
    """A set of readings that was kept and waits for a person."""
    if not doubts:
        return _("Показания на проверке у сотрудника.")
    return _("Показания на проверке у сотрудника: %(doubts)s.") % {"doubts": doubts}


def other_readings(*, on: date, values: str) -> str:
    """The record's number was used before, for something else."""
    return _("Под этим номером записи уже приняты другие показания: %(values)s за %(on)s.") % {
        "values": values,
        "on": day(on),
    }


def unknown_group(code: str, *, known: Sequence[str], region: str) -> str:
    """No price of the region could ever be found for it."""
    return _("Группы «%(code)s» в тарифах региона «%(region)s» нет. Есть: %(known)s.") % {
        "code": code,
        "region": region,
        "known": ", ".join(known),
    }


def account_differs(number: str, names: Sequence[str]) -> str:
    """The account stands already and the register says another thing of it; nothing is changed by it."""
    return _("Счёт %(number)s уже есть, и в нём другое: %(names)s. Ничего не изменено.") % {
        "number": number,
        "names": ", ".join(dict.fromkeys(names)),
    }


def other_opening(number: str, money: Money, *, on: date | None) -> str:
    """The account's balance was brought already, another one."""
    said = {"number": number, "sum": roubles(money)}
    if on is None:
        return _("На счёт %(number)s уже внесён остаток %(sum)s. Ничего не изменено.") % said
    return _("На счёт %(number)s уже внесён остаток %(sum)s на %(on)s. Ничего не изменено.") % {
        **said,
        "on": day(on),
    }


def other_charge(number: str, money: Money, *, month: Month) -> str:
    """The account's month was charged already, another sum."""
    return _(
        "На счёт %(number)s за %(month)s уже начислено %(sum)s. Ничего не изменено: разницу присылают "
        "строкой со своим номером записи."
    ) % {"number": number, "month": month_name(month), "sum": roubles(money)}


def other_meter(standing: Sequence[str]) -> str:
    """The register names a meter that does not stand there."""
    if not standing:
        return _("прибор другой")
    return _("прибор другой (стоит %(serials)s)") % {"serials": ", ".join(standing)}


def meter_removed(serial: str, *, on: date) -> str:
    """The register names a meter that was taken down."""
    return _("прибор %(serial)s снят %(on)s") % {"serial": serial, "on": day(on)}


def column_name(name: str) -> str:
    """What a column of the register of accounts is about, in a word or two."""
    return {
        "holder": _("владелец"),
        "phone": _("телефон"),
        "city": _("адрес"),
        "street": _("адрес"),
        "house": _("адрес"),
        "flat": _("адрес"),
        "area": _("площадь"),
        "residents": _("число жильцов"),
        "rooms": _("число комнат"),
        "stove": _("вид плиты"),
        "electric_heating": _("признак электроотопления"),
        "tariff_group": _("тарифная группа"),
        "opened_on": _("день открытия"),
        "meter_type": _("тип прибора"),
        "scheme": _("число зон прибора"),
        "digits": _("разрядность прибора"),
        "decimals": _("знаки прибора после запятой"),
        "ratio": _("коэффициент прибора"),
        "installed_on": _("день установки прибора"),
        "verified_on": _("день поверки"),
        "next_verification_on": _("день следующей поверки"),
        "smart": _("признак интеллектуального прибора"),
        "max_daily": _("предел расхода в сутки"),
        "initial_1": _("начальные показания"),
        "initial_2": _("начальные показания"),
        "initial_3": _("начальные показания"),
    }[name]
