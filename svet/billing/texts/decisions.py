"""Words of decisions: their kinds, what they do, and why one is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svet.billing.queries.decisions import DecisionEntry
from svet.billing.rules.decisions import LONGEST_DOCUMENT, MOST_AHEAD, MOST_LOSSES, DecisionReason
from svet.billing.rules.facts import OverrideKind
from svet.kernel.refusals import Refused

#: Every reason of this module that has a sentence.
REASONS: Final = (DecisionReason,)
#: What is decided, in the words of the office.
DECISION_NAMES: Final[Mapping[OverrideKind, object]] = {
    OverrideKind.NO_CHARGE: gettext_lazy("Аннулировать начисление"),
    OverrideKind.VOLUME: gettext_lazy("Назначить объём"),
    OverrideKind.CREDIT: gettext_lazy("Сумма к счёту"),
    OverrideKind.HOLD: gettext_lazy("Удержать: не начислять"),
    OverrideKind.LOSSES: gettext_lazy("Потери до границы сети"),
    OverrideKind.RECOMPUTE: gettext_lazy("Пересчитать и выпустить разницу"),
}
#: What follows of it.
DECISION_EFFECTS: Final[Mapping[OverrideKind, object]] = {
    OverrideKind.NO_CHARGE: gettext_lazy(
        "За эти месяцы не начисляется ничего: снято то, что было начислено, в счёте стоит ноль с этим"
        " основанием."
    ),
    OverrideKind.VOLUME: gettext_lazy(
        "Вместо показаний, среднего или норматива за каждый из этих месяцев начисляется этот объём. Счёт"
        " прибора от него не меняется."
    ),
    OverrideKind.CREDIT: gettext_lazy("Сумма без расхода: с минусом — в пользу потребителя."),
    OverrideKind.HOLD: gettext_lazy(
        "За эти месяцы ничего не начисляется и не исправляется, пока решение не отменено или не кончилось."
        " Потом всё войдёт в следующее начисление."
    ),
    OverrideKind.LOSSES: gettext_lazy(
        "Прибор стоит не на границе сети: к каждому объёму прибавляется эта доля, целыми кВт·ч, строкой."
    ),
    OverrideKind.RECOMPUTE: gettext_lazy(
        "Разница, которая больше допустимой или старше допустимого срока, выходит со следующим начислением."
    ),
}


def decision_state(entry: DecisionEntry) -> tuple[str, str]:
    """Where a decision stands, and the kind of its badge."""
    if entry.gone_at is not None:
        return _("отменено"), "neutral"
    if entry.undo_at is not None:
        return _("отмену подтвердит второй"), "warning"
    if entry.signed_at is None:
        return _("ждёт второй подписи"), "warning"
    return _("действует"), "success"


def explain(refusal: Refused) -> str:
    """The refusal as a sentence."""
    if not isinstance(refusal.reason, DecisionReason):
        return _("Начисление невозможно.")
    return _texts()[refusal.reason].format(longest=LONGEST_DOCUMENT, ahead=MOST_AHEAD, most=MOST_LOSSES)


def _texts() -> dict[DecisionReason, str]:
    return {
        DecisionReason.NOT_FOUND: _("Такого решения нет, или оно уже отменено."),
        DecisionReason.DOCUMENT: _("Назовите документ, по которому решено: не длиннее {longest} знаков."),
        DecisionReason.UNTIL: _("Назовите последний месяц решения."),
        DecisionReason.ORDER: _(
            "Последний месяц раньше первого, или сумма не за один месяц: проверьте месяцы."
        ),
        DecisionReason.FUTURE: _("Этот месяц ещё не наступил, или до него больше {ahead} месяцев."),
        DecisionReason.NOT_OURS: _("За этот месяц счёт ещё не начислялся у нас: решать не о чем."),
        DecisionReason.KWH: _(
            "Объём — кВт·ч за месяц: не меньше нуля, не точнее тысячных. У других решений объёма нет."
        ),
        DecisionReason.ZONE: _("Назовите зону, за которую назначен объём."),
        DecisionReason.SUM: _(
            "Сумма — рубли и копейки, не ноль; с минусом — в пользу потребителя. У других решений суммы нет."
        ),
        DecisionReason.PERCENT: _(
            "Потери — проценты больше нуля, не больше {most}, не точнее сотых. У других решений их нет."
        ),
        DecisionReason.METER: _("Прибор учёта этого счёта называют, только когда назначают объём."),
        DecisionReason.ENDS: _(
            "Последний месяц удержания — из ближайших {ahead} месяцев. У других решений его нет."
        ),
        DecisionReason.OVERLAPS: _(
            "На один из этих месяцев такое решение уже есть. Отмените его или назовите другие месяцы."
        ),
        DecisionReason.NOTHING: _(
            "Решение ничего не изменит: так уже начислено, или разница войдёт в следующее начисление сама."
        ),
        DecisionReason.CHANGED: _("Данные изменились: посмотрите разницу ещё раз и подпишите её."),
        DecisionReason.SIGNED: _("Решение уже подписано вторым сотрудником."),
        DecisionReason.SAME_HAND: _("Вторую подпись ставит другой сотрудник."),
    }
