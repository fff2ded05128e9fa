"""How the page of an order tells of the row it belongs to: what is paid first, then what is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from django.utils.translation import gettext as _

from svet.kernel.money import Money
from svet.look.formats import roubles
from svet.payments import texts
from svet.payments.queries import SeriesView
from svet.payments.rules.parts import PartAct, SeriesNeed
from svet.payments.rules.states import OrderState
from svet.payments.texts.parts import act_name, part_state_name, sentence


@dataclass(frozen=True, slots=True)
class PartLine:
    """One payee of the row."""

    step: int
    payee: str
    number: str
    public_id: str
    total: Money
    state: str
    bank_url: str
    mine: bool


@dataclass(frozen=True, slots=True)
class PartButton:
    """One thing the person may say."""

    act: str
    text: str
    first: bool


@dataclass(frozen=True, slots=True)
class SeriesPage:
    """The row as a page shows it."""

    lines: tuple[PartLine, ...]
    buttons: tuple[PartButton, ...]
    steps: int
    #: Ended with something unpaid: nothing of it goes on.
    stopped: bool

    @classmethod
    def of(cls, series: SeriesView) -> Self:
        lines = tuple(
            PartLine(
                part.step,
                part.payee,
                part.number,
                part.public_id,
                part.total,
                part_state_name(part.state, waits=series.moves or series.asks),
                part.bank_page_url,
                at == series.at,
            )
            for at, part in enumerate(series.parts)
        )
        buttons = tuple(
            PartButton(act.value, act_name(act, need=series.need), at == 0 and act is not PartAct.STOP)
            for at, act in enumerate(series.acts)
        )
        return cls(lines, buttons, series.steps, series.need is SeriesNeed.OVER)


def series_words(series: SeriesView, *, silent: bool) -> tuple[str, str, str]:
    """Title, text and kind of the notice: done parts are said first."""
    done, count = series.done, len(series.parts)
    if series.need is SeriesNeed.DONE:
        return _("Оплачено"), _("Все части проведены, балансы уже изменились."), "success"
    title = _("%(done)s из %(count)s проведено") % {"done": done, "count": count}
    if not done:
        title = {
            SeriesNeed.START: _("Платёж не начат"),
            SeriesNeed.RETRY: _("Платёж не прошёл"),
            SeriesNeed.OVER: _("Платёж не прошёл"),
        }.get(series.need, _("Ждём ответа банка"))
    text = sentence(series.need, payee=series.current.payee, silent=silent)
    if series.need is SeriesNeed.RETRY:
        why = texts.bank_reason(series.reason)
        text = why if done else f"{text} {why}"
    if done and series.left.kopecks:
        left = _("Осталось %(sum)s: %(payee)s.") % {
            "sum": roubles(series.left),
            "payee": ", ".join(part.payee for part in series.parts if part.state is not OrderState.CREDITED),
        }
        text = f"{left} {text}"
    kind = "warning" if series.asks or silent else "info"
    if series.need is SeriesNeed.RETRY or (series.need is SeriesNeed.OVER and not done):
        kind = "error"
    return title, text, kind
