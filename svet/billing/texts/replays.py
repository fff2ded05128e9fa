"""Words about a recomputation: in what a charge differs from what its facts give."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svet.billing.rules import BillingReason, Line
from svet.billing.rules.explanation import ReplayFault, ReplayKind
from svet.billing.texts import basis_name, problem_name
from svet.kernel.writing import plain_number
from svet.look.formats import day, month, roubles
from svet.metering.rules import Zone
from svet.metering.texts import ZONE_NAMES


def replay_fault(fault: ReplayFault) -> str:
    """One difference as a sentence."""
    if fault.kind is ReplayKind.TOTAL:
        return _("строки дают вместе {lines}, а начислено {charge}").format(
            lines=roubles(fault.lines), charge=roubles(fault.charge)
        )
    if fault.kind is ReplayKind.NO_CHARGE:
        return _("по этим данным начислить нельзя: {reason}").format(
            reason=problem_name(BillingReason(fault.reason))
        )
    assert fault.line is not None
    text = {
        ReplayKind.NO_PRODUCT: _("{line}: {sum} — это не произведение"),
        ReplayKind.NOT_STANDING: _("{line}: снимает строку {number}, которой нет"),
        ReplayKind.OTHERWISE: _("{line}: снимает строку {number} не такой, какой она была"),
        ReplayKind.NOT_TAKEN_BACK: _("{line}: строку надо снять, а она не снята"),
        ReplayKind.TAKEN_BACK: _("{line}: строка снята, а должна остаться"),
        ReplayKind.NOT_CHARGED: _("{line}: {sum} надо начислить, а не начислено"),
        ReplayKind.CHARGED: _("{line}: {sum} начислено, а не должно быть"),
    }[fault.kind]
    return text.format(line=_line(fault.line), sum=_sum(fault.line), number=fault.number)


def first_faults(faults: Sequence[ReplayFault], *, most: int = 20) -> list[str]:
    """At most so many differences as sentences, and how many more there are."""
    said = [replay_fault(fault) for fault in faults[:most]]
    more = len(faults) - most
    if more > 0:
        said.append(ngettext("… и ещё %(count)d", "… и ещё %(count)d", more) % {"count": more})
    return said


def _line(line: Line) -> str:
    """«август 2026, День, по показаниям, 24.07.2026–23.08.2026, диапазон 1»."""
    last = max(line.until - timedelta(days=1), line.since)
    return _("{month}, {zone}, {basis}, {since}–{until}, диапазон {range}").format(
        month=month(line.month),
        zone=ZONE_NAMES[Zone(line.zone)],
        basis=basis_name(line.basis),
        since=day(line.since),
        until=day(last),
        range=line.range_no,
    )


def _sum(line: Line) -> str:
    return _("{kwh} кВт·ч × {price} = {sum}").format(
        kwh=plain_number(line.kwh), price=plain_number(line.price), sum=roubles(line.kopecks)
    )
