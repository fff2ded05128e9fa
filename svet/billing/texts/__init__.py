"""Sentences for refusals of billing, and the words for its rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from svet.billing.rules import Basis, BillingReason, LineCause
from svet.billing.rules.differing import DifferenceCause
from svet.billing.rules.kinds import PROBLEMS
from svet.billing.rules.policies import PolicyReason
from svet.billing.rules.services import ServiceReason
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.kernel.refusals import Refused
from svet.look.formats import day, month, roubles
from svet.metering.rules import Zone
from svet.metering.texts import ZONE_NAMES

#: Every reason of this room that has a sentence.
REASONS: Final = (PolicyReason, BillingReason, ServiceReason)


def explain(refusal: Refused) -> str:
    """The refusal as a sentence."""
    match refusal.reason:
        case PolicyReason():
            return _policy_texts()[refusal.reason].format(**as_shown(refusal.details))
        case ServiceReason.CHARGES_ITSELF:
            return _(
                "Этого поставщика здесь не начисляют: он считает сам, а суммы присылает реестром начислений."
            )
        case BillingReason() if refusal.reason in PROBLEMS:
            return problem(refusal.reason, refusal.details)
        case BillingReason():
            return _refusals()[refusal.reason].format(**as_shown(refusal.details))
        case _:
            return _("Начисление невозможно.")


def _refusals() -> dict[BillingReason, str]:
    """Why a run or an issue of bills does not begin, and what to do, with the places of the details."""
    return {
        BillingReason.UNKNOWN_PROVIDER: _("Такого поставщика нет."),
        BillingReason.NO_REGION: _(
            "У поставщика не указан регион тарифов: укажите его и повторите начисление."
        ),
        BillingReason.PERIOD_NOT_STARTED: _("Этот месяц ещё не наступил: начислять рано."),
        BillingReason.NOBODY: _(
            "За {month} начислять некому: открытых счетов тогда не было, или все уже начислены за месяцы"
            " позже. Проверьте месяц."
        ),
        BillingReason.DEMONSTRATION_PRICES: _(
            "Не начислено ничего: в регионе «{region}» часть цен этих дней демонстрационная, их никто не"
            " публиковал (группы: {groups}). Загрузите утверждённые: svet tariffs load FILE, и повторите."
        ),
        BillingReason.BEFORE_CUT_OFF: _(
            "Показания за этот месяц принимают по {day} включительно: начислять рано, кто не успел, получит"
            " начисление без показаний. Повторите на следующий день или настаивайте: --before-cut-off."
        ),
        BillingReason.EARLIER_UNFINISHED: _(
            "Начисление за {month} не закончено: дождитесь его или повторите, затем начисляйте этот месяц."
        ),
        BillingReason.EARLIER_MISSING: _(
            "За {month} ничего не начислено. Сначала начислите его. Начислить его вместе с этим месяцем, в"
            " одном счёте: --over-gap."
        ),
        BillingReason.EARLIER_PROBLEMS: _(
            "За {month} не начислено лицевых счетов: {problems} из {accounts}. Сначала исправьте причины"
            " (svet bill problems) и повторите тот месяц. Оставить как есть, их расход войдёт в этот месяц:"
            " --over-gap."
        ),
        BillingReason.UNFINISHED: _("Начисление за {month} не закончено: счета выставляют после него."),
        BillingReason.NEGATIVE_VOLUME: _("Расход не может быть меньше нуля."),
        BillingReason.UNLIKE_MONTH_BEFORE: _(
            "Счета за {month} не выставлены: тем же счетам месяцем раньше начислено {former}, теперь {sum};"
            " заметно изменились {movers} из {accounts}. Посмотрите, верно ли это: второй сотрудник"
            " подтверждает итоги на странице месяца или командой svet bill confirm."
        ),
        BillingReason.TOO_MANY_PROBLEMS: _(
            "Счета за {month} не выставлены: не начислено лицевых счетов: {problems} из {accounts}, больше"
            " допустимого. Исправьте причины и повторите начисление, или настаивайте: --issue-anyway."
        ),
    }


def problem(reason: BillingReason, details: Mapping[str, object]) -> str:
    """Why an account is not charged, with what is known of it, and what to do."""
    return f"{problem_name(reason)}{_what(reason, details)}. {_way_out(reason)}"


def problem_name(reason: BillingReason) -> str:
    """Why accounts are not charged, in a few words without the account's own values."""
    return {
        BillingReason.NO_TARIFF: _("Нет цен"),
        BillingReason.NO_NORM: _("Показаний нет, а норматив не задан"),
        BillingReason.NO_RESIDENTS: _("Показаний нет, а число проживающих неизвестно"),
        BillingReason.NO_METER: _("Прибора учёта нет, и по нормативу начислить нельзя"),
        BillingReason.NO_FIRST_READING: _("У прибора учёта нет начальных показаний"),
        BillingReason.CONTRADICTION: _("Показания меньше контрольных, снятых раньше"),
        BillingReason.HELD: _("Удержано по решению"),
        BillingReason.DECISION_MISSES: _("Объём назначен там, где начислять нечего"),
        BillingReason.LARGE_DIFFERENCE: _("Пересчёт больше допустимого"),
        BillingReason.OLD_DIFFERENCE: _("Пересчёт старше допустимого срока"),
        BillingReason.NO_HOUSE_VOLUME: _("Общедомовой объём неизвестен"),
        BillingReason.WRONG_SHARE: _("Доля общедомового объёма не сходится с формулой"),
    }.get(reason, _("Начисление невозможно"))


def difference_cause(cause: DifferenceCause) -> str:
    """Where the charges of an account differ from what its facts give."""
    return {
        DifferenceCause.ESTIMATES: _("иначе посчитаны месяцы без показаний"),
        DifferenceCause.READINGS: _("иначе учтены показания"),
        DifferenceCause.PRICES: _("другие цены или диапазоны"),
        DifferenceCause.PROBLEM: _("посчитать нельзя"),
    }[cause]


def _way_out(reason: BillingReason) -> str:
    return {
        BillingReason.NO_TARIFF: _(
            "Загрузите тарифы (svet tariffs load) или исправьте тарифную группу и повторите начисление."
        ),
        BillingReason.NO_NORM: _(
            "Загрузите таблицу нормативов на эти дни (svet norms load) или, если у региона таблиц нет,"
            " задайте норматив (svet policy set); проверьте комнаты и плиту (svet account terms)"
            " и повторите начисление."
        ),
        BillingReason.NO_RESIDENTS: _("Внесите число проживающих или показания и повторите начисление."),
        BillingReason.NO_METER: _(
            "Внесите прибор учёта или норматив и число проживающих и повторите начисление."
        ),
        BillingReason.NO_FIRST_READING: _("Внесите начальные показания и повторите начисление."),
        BillingReason.CONTRADICTION: _(
            "Отклоните неверные показания или снимите новые контрольные и повторите начисление."
        ),
        BillingReason.HELD: _("Когда вопрос решён, отмените решение: всё войдёт в следующее начисление."),
        BillingReason.DECISION_MISSES: _("Отмените решение или назначьте объём на весь счёт."),
        BillingReason.LARGE_DIFFERENCE: _(
            "Проверьте данные счёта. Если всё верно, решение «Пересчитать» подпишут двое, если нет,"
            " исправьте их."
        ),
        BillingReason.OLD_DIFFERENCE: _(
            "Проверьте данные счёта. Если разницу надо выпустить, решение «Пересчитать» подпишут двое."
        ),
        BillingReason.NO_HOUSE_VOLUME: _(
            "Внесите показания дома (svet import house-readings) и повторите начисление: чего не хватает,"
            " показано на странице дома."
        ),
        BillingReason.WRONG_SHARE: _("Запустите svet verify: долю кто-то изменил."),
    }.get(reason, "")


def _what(reason: BillingReason, details: Mapping[str, object]) -> str:
    """The account's own values behind the name of the reason."""
    shown = as_shown(details)
    parts = {
        "house": _("дом {house}"),
        "group": _("группа «{group}»"),
        "scheme": _("схема зон {scheme}"),
        "zone": _("зона «{zone}»"),
        "day": _("на {day}"),
        "meter": _("прибор учёта {meter}"),
        "month": _("за {month}"),
        "until": _("до начисления за {until}"),
        "kopecks": _("на {kopecks}"),
    }
    said = [text.format(**shown) for name, text in parts.items() if shown.get(name)]
    if reason is BillingReason.NO_METER and details.get("why"):
        said.append(problem_why(str(details["why"])))
    return f": {', '.join(said)}" if said else ""


def problem_why(why: str) -> str:
    """What a flat without a meter lacks."""
    no_norm = why == BillingReason.NO_NORM.value
    return _("норматив не задан") if no_norm else _("число проживающих неизвестно")


def as_shown(details: Mapping[str, object]) -> dict[str, str]:
    """Values as people write them: kept ones are text, raised ones are what they are."""
    return {name: _value(name, value) for name, value in details.items()}


def _value(name: str, value: object) -> str:
    if name in ("month", "until"):
        return month(value if isinstance(value, Month) else Month.parse(str(value)))
    if name == "kopecks":
        return roubles(int(str(value)), sign=True)
    if name in ("former", "sum"):
        return roubles(int(str(value)))
    if name == "zone":
        return str(ZONE_NAMES[Zone(str(value))])
    if name == "day":
        return day(value if isinstance(value, date) else date.fromisoformat(str(value)))
    return str(value)


def _policy_texts() -> dict[PolicyReason, str]:
    """What each reason says, with the places of its details."""
    return {
        PolicyReason.UNKNOWN_PROVIDER: _("Такого поставщика нет."),
        PolicyReason.NOT_FIRST_DAY: _(
            "Правила действуют с первого числа месяца. Укажите первое число, например 2026-12-01."
        ),
        PolicyReason.BAD_PERCENT: _("Доля ошибок — проценты от 0 до 100, не точнее сотых."),
        PolicyReason.BAD_MOVES: _(
            "Заметное изменение — проценты больше нуля и не больше {most}, не точнее сотых."
        ),
        PolicyReason.MONTH_CHARGED: _(
            "Месяц {month} уже начислен по прежним правилам. Укажите месяц после него."
        ),
        PolicyReason.ABSURD_NORM: _(
            "Норматив — кВт·ч на человека в месяц: больше нуля, не больше {most}, не точнее тысячных."
        ),
        PolicyReason.BAD_AVERAGE_PERIODS: _("По среднему начисляют от 1 до {most} месяцев подряд."),
        PolicyReason.BAD_AVERAGE_BASE: _(
            "Среднее считают не больше чем за {most} месяца и не меньше чем за наименьшее число месяцев,"
            " а оно не меньше одного."
        ),
        PolicyReason.BAD_LIMIT: _("Предел — рубли и копейки: не меньше нуля, не больше {most}."),
        PolicyReason.BAD_MONTHS: _("Срок пересчёта — от 1 до {most} месяцев."),
        PolicyReason.OCCUPIED: _(
            "Сейчас идёт начисление или принимается реестр. Ничего не изменено: повторите через минуту."
        ),
        PolicyReason.NOTHING_CHOSEN: _("Не указано, что изменить: например, норматив."),
    }


def basis_name(basis: Basis) -> str:
    """Where the volume of a line comes from, in a few words."""
    return {
        Basis.READING: _("по показаниям"),
        Basis.AVERAGE: _("по среднему"),
        Basis.NORM: _("по нормативу"),
        Basis.LOSSES: _("потери"),
        Basis.HOUSE: _("общедомовые нужды"),
        Basis.OVERRIDE: _("объём по решению"),
        Basis.ADJUSTMENT: _("сумма по решению"),
    }[basis]


def cause_name(cause: LineCause) -> str:
    """Why a charged month was charged otherwise, in a few words."""
    return {
        LineCause.FIRST: _("первое начисление"),
        LineCause.CONTROL: _("контрольные показания"),
        LineCause.REPLACEMENT: _("замена или снятие прибора учёта"),
        LineCause.READING: _("показания"),
        LineCause.WITHDRAWN: _("показания отменены"),
        LineCause.ACT: _("акт о приборе учёта"),
        LineCause.TERMS: _("другая тарифная группа"),
        LineCause.TARIFF: _("другие цены"),
        LineCause.DECISION: _("решение поставщика"),
        LineCause.HOUSE: _("показания дома"),
        LineCause.RECALCULATION: _("пересчёт"),
    }[cause]


def next_bill(change: Money) -> str:
    """What a change of about so much, not zero, does to the next bill."""
    total = roubles(abs(change.kopecks))
    if change.kopecks > 0:
        return _("Ближайший счёт будет больше примерно на %(sum)s; точную сумму покажет он сам.") % {
            "sum": total
        }
    return _("Ближайший счёт будет меньше примерно на %(sum)s; точную сумму покажет он сам.") % {"sum": total}
