"""A bill's calculation for an operator: found by its number, told in lines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from svet.accounts.queries.finding import numbers_of
from svet.billing.queries.explaining import explanation
from svet.billing.rules.explained_lines import PostedLine
from svet.billing.rules.explanation import Explanation, written
from svet.billing.rules.facts import AccountFacts, Placement
from svet.billing.rules.kinds import LineCause
from svet.billing.texts import basis_name, cause_name
from svet.bills import queries as bills
from svet.config.failures import Failure
from svet.kernel.writing import plain_number
from svet.look.formats import day, roubles
from svet.metering.rules import Zone
from svet.metering.texts import ZONE_NAMES


def told(bill: str, *, account: str, as_json: bool) -> str:
    """The calculation of a bill, as a file or to be read. :raises Failure: no such bill, or several"""
    found = bills.charges_of_bill(bill.strip())
    numbers = numbers_of([account_id for account_id, _ in found])
    if account:
        found = [each for each in found if numbers[each[0]] == account.strip()]
    if not found:
        raise Failure(_("Счёта {number} нет").format(number=bill))
    if len(found) > 1:
        whose = ", ".join(sorted({numbers[account_id] for account_id, _ in found}))
        raise Failure(
            _("Счёт {number} есть у нескольких лицевых счетов: {whose}. Назовите нужный: --account").format(
                number=bill, whose=whose
            )
        )
    ((account_id, month),) = found
    charge = explanation(account_id, month)
    if charge is None:
        raise Failure(_("По счёту {number} ничего не начислено").format(number=bill))
    return written(charge) if as_json else "\n".join(_lines(charge))


def _lines(charge: Explanation) -> Iterator[str]:
    yield _("Лицевой счёт {number}, поставщик {provider}, начислено в {month}").format(
        number=charge.account, provider=charge.provider, month=charge.month
    )
    if not charge.exact:
        yield "  " + _("Не все данные такие, какими были в тот день: показаны ближайшие известные")
    yield from _contract(charge.facts)
    for point in charge.facts.points:
        for meter in point.placements:
            yield from _meter(meter)
    yield _("Строки (до них действовало {count}):").format(count=len(charge.stood))
    for posted in charge.posted:
        yield f"  {_line(posted)}"
    yield _("Всего {sum}").format(sum=roubles(charge.kopecks))


def _contract(facts: AccountFacts) -> Iterator[str]:
    yield "  " + _("Договор с {day}, начисляем с {month}").format(day=day(facts.opened_on), month=facts.floor)
    if facts.closed_on is not None:
        yield "  " + _("Договор закрыт {day}").format(day=day(facts.closed_on))
    for terms in facts.terms:
        group = terms.group or _("нет")
        since = "" if terms.since == date.min else _("с {day}").format(day=day(terms.since))
        yield "  " + _("Тарифная группа {group} {since}").format(group=group, since=since).rstrip()
        if terms.residents is not None:
            yield "    " + _("проживает {count}").format(count=terms.residents)


def _meter(meter: Placement) -> Iterator[str]:
    until = "" if meter.until is None else _("по {day}").format(day=day(meter.until))
    told = _("Счётчик {serial} с {day} {until}").format(
        serial=meter.serial, day=day(meter.since), until=until
    )
    yield f"  {told.rstrip()}"
    for each in meter.readings:
        shown = (f"{ZONE_NAMES[Zone(value.zone)]} {plain_number(value.value)}" for value in each.values)
        yield f"    {day(each.on)}  {', '.join(shown)}"


def _line(posted: PostedLine) -> str:
    line = posted.line
    readings = " → ".join(
        f"{plain_number(each.value)} ({day(each.on)})"
        for each in (line.evidence.previous, line.evidence.current)
        if each is not None
    )
    base = ", ".join(str(month) for month in line.evidence.base)
    said = [
        f"{line.month}, {ZONE_NAMES[Zone(line.zone)]}, {day(line.since)}–{day(line.until)}",
        basis_name(line.basis) + (f" {readings or base}" if readings or base else ""),
        _("диапазон {no}").format(no=line.range_no),
        cause_name(LineCause(posted.cause)),
    ]
    if posted.reverses is not None:
        said.append(_("снимает строку {no}").format(no=posted.reverses))
    sum_ = roubles(line.kopecks)
    return f"{plain_number(line.kwh)} × {plain_number(line.price)} = {sum_}: {'; '.join(said)}"
