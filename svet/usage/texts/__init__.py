"""The story in words: a sentence, the name of each reason, what a mark means."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svet.bills.texts import labels
from svet.kernel.periods import Month
from svet.kernel.refusals import Refused
from svet.look.formats import NBSP, day_and_month, energy, number, roubles
from svet.usage.rules import (
    Alike,
    AlikeGap,
    AlikeStanding,
    Budget,
    BudgetKind,
    BudgetReason,
    BudgetStanding,
    BudgetView,
    PriceMove,
    ReasonKind,
    UsageMonth,
    UsageStory,
    YearStory,
    outer,
)
from svet.usage.texts.wording import correction_marks

#: Every reason of this room that has a sentence.
REASONS: Final = (BudgetReason,)


def sentence(story: UsageStory, *, money: bool) -> str:
    """«В ноябре 212 кВт·ч, на 38 кВт·ч больше, чем год назад. За год …»: the answer of the page."""
    if not story.months:
        return ""
    last = story.months[0]
    return " ".join(
        part for part in (_of_month(story, last, money=money), _of_year(story, money=money)) if part
    )


def _of_month(story: UsageStory, last: UsageMonth, *, money: bool) -> str:
    said = labels.in_month(last.month)
    values = {"month": said[:1].upper() + said[1:], "value": value_of(last, money=money)}
    before = story.compared_with(last.month)
    if before is None:
        return _("%(month)s %(value)s.") % values
    year = before.month == last.month.plus(-12)
    than = _("год назад") if year else labels.in_month(before.month)
    gap = last.kopecks - before.kopecks if money else last.kwh - before.kwh
    values |= {"than": than, "gap": roubles(abs(int(gap))) if money else energy(abs(Decimal(gap)))}
    if not gap:
        return _("%(month)s %(value)s, столько же, сколько %(than)s.") % values
    if gap > 0:
        return _("%(month)s %(value)s, на %(gap)s больше, чем %(than)s.") % values
    return _("%(month)s %(value)s, на %(gap)s меньше, чем %(than)s.") % values


def _of_year(story: UsageStory, *, money: bool) -> str:
    this, before = story.years
    if not this:
        return ""
    now = Decimal(sum(each.kopecks for each in this)) if money else sum((m.kwh for m in this), Decimal(0))
    values = {"value": roubles(int(now)) if money else energy(now)}
    if not before:
        return _("За год %(value)s.") % values
    then = (
        Decimal(sum(each.kopecks for each in before)) if money else sum((m.kwh for m in before), Decimal(0))
    )
    if then <= 0:
        return _("За год %(value)s.") % values
    percent = int(((now - then) / then * 100).quantize(Decimal(1), ROUND_HALF_UP))
    values["percent"] = f"{abs(percent)}{NBSP}%"
    if not percent:
        return _("За год %(value)s, как и за прошлый.") % values
    if percent > 0:
        return _("За год %(value)s, на %(percent)s больше, чем за прошлый.") % values
    return _("За год %(value)s, на %(percent)s меньше, чем за прошлый.") % values


def value_of(month: UsageMonth, *, money: bool) -> str:
    """What is shown of a month: its bill, or its own use."""
    return roubles(month.kopecks) if money else energy(month.kwh)


def difference(gap: Decimal, before: Month, *, money: bool) -> str:
    """«на 17 кВт·ч больше, чем в октябре 2025»."""
    than = f"{labels.in_month(before)}{NBSP}{before.year}"
    values = {"gap": roubles(abs(int(gap))) if money else energy(abs(gap)), "than": than}
    if not gap:
        return _("столько же, сколько %(than)s") % values
    if gap > 0:
        return _("на %(gap)s больше, чем %(than)s") % values
    return _("на %(gap)s меньше, чем %(than)s") % values


def per_day(month: UsageMonth) -> str:
    """«7,1 кВт·ч в день», or nothing where the days are not known."""
    return _("%(value)s в день") % {"value": daily(month)} if month.days else ""


def daily(month: UsageMonth) -> str:
    """«7,1 кВт·ч», or nothing where the days are not known."""
    return energy(_daily(month)) if month.days else ""


def _daily(month: UsageMonth) -> Decimal:
    return (month.kwh / month.days).quantize(Decimal("0.1"), ROUND_HALF_UP)


def reason(kind: ReasonKind, *, more: bool) -> str:
    """What a part of the difference is called."""
    match kind:
        case ReasonKind.TARIFF:
            return _("Тариф вырос") if more else _("Тариф снизился")
        case ReasonKind.DAYS:
            return _("Дней в счёте больше") if more else _("Дней в счёте меньше")
        case ReasonKind.PER_DAY:
            return _("В день расходовали больше") if more else _("В день расходовали меньше")
        case ReasonKind.READ:
            return _("Один из месяцев посчитан не по показаниям")
        case ReasonKind.HOUSE:
            return _("Общедомовые нужды")
        case ReasonKind.CORRECTED:
            return _("Перерасчёт прошлых месяцев")
        case ReasonKind.DECIDED:
            return _("Сумма по решению")


def reason_note(kind: ReasonKind, now: UsageMonth, then: UsageMonth) -> str:
    """The two numbers behind a reason, where there are two."""
    if kind is ReasonKind.DAYS:
        return ngettext("%(now)d день вместо %(then)d", "%(now)d дней вместо %(then)d", now.days) % {
            "now": now.days,
            "then": then.days,
        }
    if kind is ReasonKind.PER_DAY:
        return _("%(now)s вместо %(then)s") % {
            "now": energy(_daily(now)),
            "then": number(_daily(then)),
        }
    return ""


def marks(month: UsageMonth) -> tuple[str, ...]:
    """What is to be known of a month beside its numbers."""
    found = []
    if month.estimated:
        whole = month.estimated == month.kwh
        found.append(
            _("показаний не было, расход посчитан по среднему или нормативу")
            if whole
            else _("%(kwh)s посчитаны по среднему или нормативу") % {"kwh": energy(month.estimated)}
        )
    if month.control:
        found.append(_("показания снял контролёр"))
    if month.away:
        found.append(_("вас не было"))
    found += correction_marks(month)
    return tuple(found)


def no_bill() -> str:
    """What is said of a month without a bill."""
    return _("счёта не было")


def year_ago(then: UsageMonth, *, money: bool) -> str:
    """«год назад 174 кВт·ч»."""
    return _("год назад %(value)s") % {"value": value_of(then, money=money)}


def alike_group(found: Alike, *, most: int) -> str:
    """«Квартиры того же тарифа, где живут двое»: whom the account is held against."""
    if found.residents >= most:
        who = _("прописано пять человек и больше")
    else:
        who = ngettext("прописан %(count)d человек", "прописано %(count)d человека", found.residents) % {
            "count": found.residents
        }
    values = {"who": who, "accounts": number(Decimal(found.accounts))}
    if found.electric_heating:
        return _("Тот же тариф, %(who)s, электрическое отопление: таких %(accounts)s.") % values
    return _("Тот же тариф, %(who)s: таких %(accounts)s.") % values


def alike_sentence(found: Alike) -> str:
    """Where the month stands beside the median: told, not judged."""
    values = {
        "month": labels.in_month(found.month),
        "median": energy(found.median.quantize(Decimal(1), ROUND_HALF_UP)),
        "own": energy(found.own),
    }
    if found.standing is AlikeStanding.LESS:
        return (
            _(
                "Половина похожих квартир израсходовала %(month)s больше %(median)s. У вас %(own)s: "
                "меньше, чем у большинства."
            )
            % values
        )
    if found.standing is AlikeStanding.SAME:
        return _("У вас %(month)s %(own)s, почти как в середине похожих квартир: %(median)s.") % values
    return (
        _(
            "Половина похожих квартир израсходовала %(month)s меньше %(median)s. У вас %(own)s: больше. "
            "Так бывает, когда дома чаще бывают или греют электричеством."
        )
        % values
    )


def alike_gap(gap: AlikeGap) -> str:
    """Why nothing is told; of a comparison that was switched off, nothing."""
    return {
        AlikeGap.HIDDEN: "",
        AlikeGap.UNREAD: _("Сравним, когда месяц будет посчитан по показаниям с начала до конца."),
        AlikeGap.TERMS: _(
            "Сравнение видит подтверждённый владелец, если в счёте указано, сколько человек прописано."
        ),
        AlikeGap.FEW: _("Похожих квартир меньше двадцати: сравнивать было бы нечестно."),
    }[gap]


def limit_of(budget: Budget) -> str:
    """«1 500,00 ₽» or «200 кВт·ч»."""
    return roubles(budget.limit) if budget.kind is BudgetKind.MONEY else energy(budget.limit)


def bounds_of(budget: Budget, bounds: tuple[Decimal, Decimal]) -> str:
    """«1 020–1 140 ₽» or «190–230 кВт·ч»: the bounds rounded away from the middle."""
    if budget.kind is BudgetKind.MONEY:
        bounds = (bounds[0] / 100, bounds[1] / 100)
    low, high = outer(max(bounds[0], Decimal(0))), outer(max(bounds[1], Decimal(0)), up=True)
    joined = f"{number(low)}\u2060\u2013\u2060"
    return joined + (f"{number(high)}{NBSP}₽" if budget.kind is BudgetKind.MONEY else energy(high))


def budget_sentence(view: BudgetView) -> str:
    """How the open month stands to the limit, with the numbers of both."""
    values = {"limit": limit_of(view.budget)}
    if view.several:
        text = _("Вы задумали не больше %(limit)s в месяц. В счёте несколько месяцев, сравним со следующим.")
        return text % values
    if view.bounds is None or view.ends_on is None:
        return _("Вы задумали не больше %(limit)s в месяц. Сравним, когда появится прогноз.") % values
    values |= {"range": bounds_of(view.budget, view.bounds), "on": day_and_month(view.ends_on)}
    match view.standing:
        case BudgetStanding.WITHIN:
            return _("Вы задумали %(limit)s, к %(on)s получается %(range)s: укладываетесь.") % values
        case BudgetStanding.CLOSE:
            return _("Вы задумали %(limit)s, к %(on)s получается %(range)s: может быть впритык.") % values
        case _:
            words = _("Вы задумали %(limit)s, к %(on)s получается %(range)s: скорее всего, выйдет больше.")
            return words % values


def explain_budget(refusal: Refused) -> str:
    """Why a limit was not kept."""
    match refusal.reason:
        case BudgetReason.KIND:
            return _("Выберите, что считать: рубли или киловатт-часы.")
        case BudgetReason.NO_BILLS:
            return _("Этот поставщик считает сам: предел можно задать только по электроэнергии.")
        case BudgetReason.AMOUNT:
            return _("Введите целое число: до 1 000 000 рублей или до 100 000 киловатт-часов.")
        case _:
            return _("Не получилось. Обновите страницу и попробуйте ещё раз.")


def year_sentence(story: YearStory) -> str:
    """«За 2026 год 3 120 кВт·ч, 15 340,00 ₽.»; of a year that lacks bills, how many months there are."""
    values = {"year": story.year, "kwh": energy(story.kwh), "sum": roubles(story.kopecks)}
    if story.whole:
        return _("За %(year)d год вы израсходовали %(kwh)s, в счетах %(sum)s.") % values
    count = len(story.months)
    return ngettext(
        "За %(count)d месяц %(year)d года вы израсходовали %(kwh)s, в счетах %(sum)s.",
        "За %(count)d месяцев %(year)d года вы израсходовали %(kwh)s, в счетах %(sum)s.",
        count,
    ) % {**values, "count": count}


def year_compared(story: YearStory) -> list[str]:
    """How the same months of the year before were, in kWh and in roubles; nothing without them."""
    if story.compared is None:
        return []
    (kwh, kopecks), (before_kwh, before_kopecks) = story.compared
    said = [
        _year_gap(energy(abs(kwh - before_kwh)), kwh - before_kwh),
        _year_gap(roubles(abs(kopecks - before_kopecks)), Decimal(kopecks - before_kopecks)),
    ]
    if len(story.before) < len(story.months):
        said.append(_("Сравнили только месяцы, которые есть в обоих годах."))
    return said


def _year_gap(gap: str, sign: Decimal) -> str:
    if not sign:
        return _("Столько же, сколько за год до этого")
    if sign > 0:
        return _("На %(gap)s больше, чем за год до этого") % {"gap": gap}
    return _("На %(gap)s меньше, чем за год до этого") % {"gap": gap}


def price_move(move: PriceMove) -> str:
    """«День: было 4,85 ₽, с июля 2026 стало 5,20 ₽ за кВт·ч», with the decimals that bills have."""
    values = {
        "zone": labels.zone_label(move.zone),
        "range": move.range_no,
        "first": f"{labels.price_text(move.first)}{NBSP}₽",
        "last": f"{labels.price_text(move.last)}{NBSP}₽",
        "since": labels.since_month(move.since),
    }
    if move.range_no > 1:
        return _("%(zone)s, диапазон %(range)d: было %(first)s, %(since)s стало %(last)s за кВт·ч") % values
    return _("%(zone)s: было %(first)s, %(since)s стало %(last)s за кВт·ч") % values


def year_beside(months: tuple[int, int]) -> str:
    """«В 7 месяцах из 12 вы расходовали меньше, чем половина похожих квартир.»"""
    return _("Месяцев, когда вы расходовали меньше середины: %(less)d из %(of)d.") % {
        "less": months[0],
        "of": months[1],
    }
