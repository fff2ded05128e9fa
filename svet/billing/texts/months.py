"""Words of a provider's month: its states, what is checked and what to do, dry runs, tasks, refusals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from svet.billing.queries.months import MonthTaskView
from svet.billing.rules import BillingReason, BillingRefused
from svet.billing.rules.dry_runs import ChargePart, MoverCause
from svet.billing.rules.month_checks import CheckedPoint, CheckState, MonthPoint
from svet.billing.rules.months import (
    MonthReason,
    MonthRefused,
    MonthState,
    MonthTaskKind,
    MonthTaskState,
)
from svet.billing.texts import as_shown
from svet.billing.texts import explain as explain_billing
from svet.kernel.refusals import Refused
from svet.look.formats import number

#: Every reason of this module that has a sentence.
REASONS: Final = (MonthReason,)


def explain(refusal: Refused) -> str:
    """The refusal as a sentence."""
    if not isinstance(refusal.reason, MonthReason):
        return _("Начисление невозможно.")
    return _refusals()[refusal.reason].format(**as_shown(refusal.details))


def _refusals() -> dict[MonthReason, str]:
    return {
        MonthReason.BUSY: _(
            "Для этого поставщика уже идёт другая работа за {month}. Дождитесь её конца и повторите."
        ),
        MonthReason.BEGUN_ALREADY: _(
            "{month}: начисление уже началось, пробный расчёт и выпуск делают до него. Что изменилось с"
            " тех пор, покажет svet bill differences."
        ),
        MonthReason.NO_DRY_RUN: _("{month}: сначала сделайте пробный расчёт и посмотрите его."),
        MonthReason.SAME_PERSON: _("Пробный расчёт сделан вами: выпускает месяц другой сотрудник."),
        MonthReason.NO_NAME: _("Назовите себя: имя останется в журнале."),
        MonthReason.BLOCKED: _(
            "{month}: выпускать нельзя, проверки не пройдены: {count}. Что мешает и что делать, сказано в их"
            " списке (svet bill check)."
        ),
        MonthReason.DATA_CHANGED: _(
            "{month}: данные изменились после пробного расчёта, выпуск не состоялся. Лицевых счетов: {count}"
            " ({accounts}). Сделайте пробный расчёт ещё раз и посмотрите его."
        ),
        MonthReason.RELEASED_ALREADY: _("{month}: уже выпущено к начислению, подпись: {name}."),
        MonthReason.NOT_RELEASED: _(
            "{month}: по правилам поставщика начисляют только после выпуска. Сделайте пробный расчёт"
            " (svet bill dry-run), второй сотрудник его выпустит (svet bill release)."
        ),
        MonthReason.NOT_CHARGED: _("{month}: начисление ещё не закончено, это делают после него."),
        MonthReason.NOTHING_UNLIKE: _("{month}: подтверждать нечего, итоги похожи на прошлый месяц."),
        MonthReason.OWN_CHARGE: _("Начислили вы: итоги месяца подтверждает другой сотрудник."),
        MonthReason.NO_ACCOUNTS: _("Выберите лицевые счета, не больше {most}."),
        MonthReason.OVERTAKEN: _(
            "{month}: пока шёл пробный расчёт, месяц начали начислять или пробный расчёт начали заново."
        ),
    }


def state_name(state: MonthState, *, alone: bool) -> str:
    """Where a month stands, in a few words; ``alone``: one person may charge it, nobody is waited for."""
    return {
        MonthState.OPEN: _("Открыт"),
        MonthState.READY: _("Пробный расчёт готов") if alone else _("Ждёт выпуска"),
        MonthState.RELEASED: _("Выпущен"),
        MonthState.CHARGING: _("Начисляется"),
        MonthState.CHARGED: _("Начислен"),
        MonthState.ISSUED: _("Счета выставлены"),
    }[state]


def point_name(point: MonthPoint) -> str:
    """What is looked at."""
    return {
        MonthPoint.REGION: _("Регион тарифов"),
        MonthPoint.CUT_OFF: _("Приём показаний"),
        MonthPoint.EARLIER_MONTH: _("Предыдущие месяцы"),
        MonthPoint.POLICY: _("Правила расчёта"),
        MonthPoint.TARIFFS: _("Цены по группам"),
        MonthPoint.DEMONSTRATION: _("Демонстрационные цены"),
        MonthPoint.NORM: _("Норматив"),
        MonthPoint.METERS: _("Счета без прибора учёта"),
        MonthPoint.HOUSES: _("Общедомовые приборы"),
        MonthPoint.RESIDENTS: _("Число проживающих"),
        MonthPoint.REVIEW: _("Показания на проверке"),
    }[point]


def check_name(state: CheckState) -> str:
    """How a point stands."""
    return {
        CheckState.OK: _("в порядке"),
        CheckState.WARNED: _("внимание"),
        CheckState.BLOCKED: _("мешает"),
    }[state]


def point_text(checked: CheckedPoint) -> str:
    """What was found and what to do about it."""
    key = (checked.point, checked.variant)
    text = _in_order() if checked.state is CheckState.OK else _found()
    details = as_shown(checked.details)
    kwh = checked.details.get("kwh")
    if isinstance(kwh, Decimal):
        details["kwh"] = number(kwh)
    return text[key].format(**details)


def _in_order() -> dict[tuple[MonthPoint, str], str]:
    return {
        (MonthPoint.REGION, ""): _("Указан."),
        (MonthPoint.CUT_OFF, ""): _("Показания принимали по {day}."),
        (MonthPoint.EARLIER_MONTH, ""): _("Начислены все."),
        (MonthPoint.POLICY, ""): _("Заданы."),
        (MonthPoint.TARIFFS, ""): _("Есть на все дни, групп: {groups}."),
        (MonthPoint.DEMONSTRATION, ""): _("Все цены опубликованы."),
        (MonthPoint.NORM, ""): _("Задан: {kwh} кВт·ч на человека."),
        (MonthPoint.NORM, "tables"): _("Таблица нормативов региона действует весь месяц."),
        (MonthPoint.METERS, ""): _("Таких нет."),
        (MonthPoint.HOUSES, ""): _("Данных хватает по всем домам."),
        (MonthPoint.RESIDENTS, ""): _("Известно везде."),
        (MonthPoint.REVIEW, ""): _("Ничего не ждёт."),
    }


def _found() -> dict[tuple[MonthPoint, str], str]:
    return {
        (MonthPoint.REGION, ""): _("Не указан: без него нет цен. Укажите регион поставщика (svet setup)."),
        (MonthPoint.CUT_OFF, ""): _(
            "Показания принимают по {day} включительно. Подождите, иначе кто не успел, получит начисление без"
            " показаний."
        ),
        (MonthPoint.CUT_OFF, "not_started"): _("{month}: месяц ещё не наступил."),
        (MonthPoint.EARLIER_MONTH, "unfinished"): _(
            "Начисление за {month} не закончено: дождитесь его или повторите."
        ),
        (MonthPoint.EARLIER_MONTH, "missing"): _(
            "За {month} ничего не начислено. Начислите сначала его: месяцы идут по порядку."
        ),
        (MonthPoint.EARLIER_MONTH, "problems"): _(
            "За {month} не начислено лицевых счетов: {count} из {accounts}. Исправьте причины и повторите их"
            " на странице «Ошибки»."
        ),
        (MonthPoint.POLICY, ""): _(
            "Не заданы, действуют обычные. Посмотрите их на странице «Правила» и задайте свои."
        ),
        (MonthPoint.TARIFFS, ""): _(
            "Нет цен с {day}: {names}; лицевых счетов: {count}. Загрузите тарифы (svet tariffs load) или"
            " исправьте группы счетов."
        ),
        (MonthPoint.DEMONSTRATION, ""): _(
            "Группы {names}: этих цен никто не публиковал. Загрузите утверждённые (svet tariffs load)."
        ),
        (MonthPoint.NORM, ""): _(
            "Не задан: кому начисляют без показаний, тому начислить будет нечем; счетов без прибора: {count}."
            " Задайте его на странице «Правила»."
        ),
        (MonthPoint.NORM, "ended"): _(
            "Таблица нормативов региона кончается: на {day} нормативов нет, и кому начисляют без показаний,"
            " тому начислить будет нечем; счетов без прибора: {count}. Загрузите следующую: svet norms load."
        ),
        (MonthPoint.METERS, ""): _(
            "Без прибора учёта: {count}. Начислим по нормативу; если прибор есть, внесите его."
        ),
        (MonthPoint.HOUSES, ""): _(
            "Домов без показаний или других данных: {houses} ({names}); лицевых счетов в них: {count}. Их не"
            " начислить, пока нет данных: страница «Дома»."
        ),
        (MonthPoint.RESIDENTS, ""): _(
            "Неизвестно у счетов: {count}. По нормативу им не начислить: внесите число проживающих."
        ),
        (MonthPoint.REVIEW, ""): _(
            "Ждут решения: {count}. Пока их не приняли, месяц посчитают без них; разберите их на столе"
            " «Проверка показаний»."
        ),
    }


def part_name(part: ChargePart) -> str:
    """What a charge consists of."""
    return {
        ChargePart.READINGS: _("По показаниям"),
        ChargePart.AVERAGE: _("По среднему"),
        ChargePart.NORM: _("По нормативу"),
        ChargePart.OTHER: _("Прочее"),
        ChargePart.RECALCULATION: _("Перерасчёт прошлых месяцев"),
    }[part]


def mover_name(cause: MoverCause) -> str:
    """Why an account is charged far more or less than before."""
    return {
        MoverCause.RECALCULATION: _("перерасчёт"),
        MoverCause.NOW_ESTIMATED: _("нет показаний"),
        MoverCause.NOW_READ: _("появились показания"),
        MoverCause.CONSUMPTION: _("другой расход"),
        MoverCause.PRICES: _("цены или диапазоны"),
    }[cause]


def task_name(kind: MonthTaskKind) -> str:
    """What the background does."""
    return {
        MonthTaskKind.DRY_RUN: _("Пробный расчёт"),
        MonthTaskKind.RELEASE: _("Выпуск и начисление"),
        MonthTaskKind.CHARGE: _("Начисление"),
        MonthTaskKind.RETRY: _("Повтор выбранных счетов"),
        MonthTaskKind.ISSUE: _("Выставление счетов"),
    }[kind]


def task_state_name(state: MonthTaskState) -> str:
    """How far the background is."""
    return {
        MonthTaskState.WAITING: _("ждёт очереди"),
        MonthTaskState.RUNNING: _("идёт"),
        MonthTaskState.DONE: _("сделано"),
        MonthTaskState.REFUSED: _("не сделано"),
        MonthTaskState.FAILED: _("прервано"),
    }[state]


def task_refusal(task: MonthTaskView) -> str:
    """Why a rule said no to a task, as a sentence; nothing when none did."""
    told = task.refusal
    if not told:
        return ""
    details = told.get("details")
    known: Mapping[str, object] = details if isinstance(details, dict) else {}
    reason = str(told.get("reason", ""))
    if told.get("kind") == MonthReason.__name__:
        return explain(MonthRefused(MonthReason(reason), details=known))
    if told.get("kind") == BillingReason.__name__:
        return explain_billing(BillingRefused(BillingReason(reason), details=known))
    return _("Начисление невозможно.")


def duration(value: timedelta) -> str:
    """«3 мин 5 с», «1 ч 20 мин»: as people say it."""
    seconds = int(value.total_seconds())
    hours, minutes = seconds // 3600, seconds // 60 % 60
    if hours:
        return _("{hours} ч {minutes} мин").format(hours=hours, minutes=minutes)
    if minutes:
        return _("{minutes} мин {seconds} с").format(minutes=minutes, seconds=seconds % 60)
    return _("{seconds} с").format(seconds=seconds) if seconds else _("меньше секунды")


def percent(value: Decimal | int | None) -> str:
    """«+12 %»; a dash where there is nothing to compare with."""
    return "—" if value is None else _("{percent}\u00a0%").format(percent=number(value, sign=True))
