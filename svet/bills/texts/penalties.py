"""What a bill says of penalties: the sum with its runs of days, what was shown before, what was paid."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from svet.bills.rules import BillDocument, BillStreams
from svet.bills.texts.sums import SumRow
from svet.look.formats import day
from svet.penalties.rules.showing import ShownPart
from svet.penalties.texts import PenaltyRow, cause_words, line_rows


@dataclass(frozen=True, slots=True)
class PenaltyPartShown:
    """One posting of a month's run: why, the runs of days that are new, and what else makes its sum."""

    why: str
    rows: list[PenaltyRow]
    sums: list[SumRow]


@dataclass(frozen=True, slots=True)
class PenaltiesOnBill:
    """The penalties of a bill; ``kopecks`` is what they changed by, ``sums`` how they stand."""

    kopecks: int
    note: str
    parts: list[PenaltyPartShown]
    sums: list[SumRow]


def penalties_on(document: BillDocument) -> PenaltiesOnBill | None:
    """What the bill shows of penalties; None where the account has none and had none on it."""
    streams = document.streams
    if streams is None or not (streams.penalty or streams.penalty_opening or document.sums.penalty):
        return None
    return PenaltiesOnBill(
        kopecks=document.sums.penalty,
        note=_note(streams),
        parts=[_part(each) for each in streams.parts],
        sums=_standing(streams),
    )


def _note(streams: BillStreams) -> str:
    if streams.parts:
        return _("по %(day)s") % {"day": day(streams.parts[-1].through)}
    return _("в этом счёте не начислялись")


def _part(part: ShownPart) -> PenaltyPartShown:
    sums = []
    if part.unchanged:
        sums.append(SumRow(_("Без изменений с прошлых счетов"), part.unchanged))
    if part.waived > 0:
        sums.append(SumRow(_("Списано или снято и больше не начисляется"), part.waived))
    elif part.waived:
        sums.append(SumRow(_("Показано раньше по актам"), part.waived))
    if part.before:
        sums.append(SumRow(_("Показано в прошлых счетах"), -part.before))
    why = _("Пени по %(day)s: %(cause)s") % {"day": day(part.through), "cause": cause_words(part.cause)}
    return PenaltyPartShown(why, line_rows(part.lines), [*sums, SumRow(_("В этом счёте"), part.kopecks)])


def _standing(streams: BillStreams) -> list[SumRow]:
    rows = [SumRow(_("Пени на начало"), streams.penalty_opening), SumRow(_("Начислено"), streams.shown)]
    if streams.by_hand:
        rows.append(SumRow(_("По актам"), streams.by_hand))
    rows.append(SumRow(_("Оплачено"), -streams.penalty_paid))
    rows.append(SumRow(_("Пени на конец"), streams.penalty, strong=True))
    return rows
