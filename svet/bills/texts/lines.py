"""A line of a bill in words: its formula, its volume, its days, what it is founded on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svet.billing.rules.houses import HouseShare, HouseVolume
from svet.billing.texts.houses import share_formula
from svet.billing.texts.houses import volume_formula as volume_formula_of
from svet.bills.rules import LinePart, LineRow
from svet.bills.rules.document import ADJUSTMENT
from svet.bills.texts.labels import month_label, price_text, source_label
from svet.look.formats import MINUS, NBSP, day, energy, number, roubles

_DECIDED = (ADJUSTMENT, "override")


def line_formula(line: LineRow) -> str:
    """«212 кВт·ч × 4,77 ₽ = 1 011,24 ₽»; of a recalculation what the month was and is."""
    if line.corrects is not None:
        values = {"was": _parts(line.was), "now": _parts(line.now), "sum": roubles(line.kopecks)}
        if not line.kopecks and not line.kwh:
            return _("подтверждено: %(now)s") % values
        return _("было %(was)s; стало %(now)s; разница %(sum)s") % values
    if line.basis == ADJUSTMENT:
        return roubles(line.kopecks, sign=True)
    return f"{energy(line.kwh)} × {price_text(line.price)}{NBSP}₽ = {roubles(line.kopecks)}"


def _parts(parts: Sequence[LinePart]) -> str:
    """«26 кВт·ч × 4,77 + 74 кВт·ч × 4,85 = 482,92 ₽»."""
    if not parts:
        return energy(Decimal(0))
    products = " + ".join(
        f"{energy(part.kwh)} × {price_text(part.price)}" for part in parts if part.basis != ADJUSTMENT
    )
    sums = "".join(f" {_signed(part.kopecks)}" for part in parts if part.basis == ADJUSTMENT)
    total = roubles(sum(part.kopecks for part in parts))
    return f"{products}{sums} = {total}" if products else total


def _signed(kopecks: int) -> str:
    """«− 500,00 ₽»: a decided sum beside products."""
    return f"{MINUS if kopecks < 0 else '+'} {roubles(abs(kopecks))}"


def days_text(line: LineRow) -> str:
    """«21.10.2026–20.11.2026»: the days whose consumption the line prices."""
    if line.until_on <= line.since_on:
        return day(line.since_on)
    return f"{day(line.since_on)}–{day(line.until_on - timedelta(days=1))}"


def volume_formula(line: LineRow) -> str:
    """«4 236 − 4 024», with the ratio where there is one; empty without both values or after a roll-over.

    Where the line prices only a part of what the readings show, that is said: the parts of a range or of a
    price never look as if they were the difference of the readings.
    """
    if line.previous_value is None or line.current_value is None or line.current_value < line.previous_value:
        return ""
    difference = f"{number(line.current_value)} {MINUS} {number(line.previous_value)}"
    if line.ratio != 1:
        difference = f"({difference}) × {number(line.ratio)}"
    whole = (line.current_value - line.previous_value) * line.ratio
    if whole == line.kwh:
        return difference
    return _("%(difference)s = %(whole)s; в этой строке %(part)s") % {
        "difference": difference,
        "whole": energy(whole),
        "part": energy(line.kwh),
    }


def foundation(line: LineRow) -> str:
    """What a line without readings stands on: base and act of an estimate, the cause of a correction."""
    if line.corrects is not None:
        return _with_decision(_why(line), line)
    if line.decision:
        return _decision(line)
    if line.house is not None and line.house.volume is not None:
        return _house(line.house, line.house.volume)
    text = _estimate(line)
    act = _act(line)
    return _("%(text)s; %(act)s") % {"text": text, "act": act} if text and act else text


def _house(share: HouseShare, volume: HouseVolume) -> str:
    """«дом H-1: 600 − 427 = 173 кВт·ч; доля по площади: 173 кВт·ч × 50,1 м² ÷ 200 м² = 43,337 кВт·ч»."""
    text = _("дом %(house)s: %(volume)s") % {"house": volume.code, "volume": volume_formula_of(volume)}
    if not volume.kwh:
        return text
    return _("%(text)s; доля по площади: %(share)s") % {
        "text": text,
        "share": share_formula(volume, share.area, share.kwh),
    }


def _with_decision(why: str, line: LineRow) -> str:
    """The cause of a correction with the document of whoever has decided something in it."""
    if not line.decision:
        return why
    if line.cause == "decision":
        return _decision(line)
    return f"{why}; {_decision(line)}"


def _decision(line: LineRow) -> str:
    values = {"document": line.decision, "on": day(line.decision_on) if line.decision_on else ""}
    over = any(part.basis in _DECIDED for part in line.was) and not any(
        part.basis in _DECIDED for part in line.now
    )
    if over:
        return _("отменено решение: %(document)s от %(on)s") % values
    return _("по решению: %(document)s от %(on)s") % values


def _estimate(line: LineRow) -> str:
    days = (line.until_on - line.since_on).days
    if line.basis == "average" and days > 0:
        values = {
            "kwh": energy(line.kwh),
            "days": days_label(days),
            "daily": energy((line.kwh / days).quantize(Decimal("0.1"))),
        }
        text = _(
            "показаний не было: %(kwh)s за %(days)s, около %(daily)s в день по показаниям прежних месяцев"
        )
        if line.base:
            values["months"] = ", ".join(month_label(each) for each in line.base)
            text = _(
                "показаний не было: %(kwh)s за %(days)s, около %(daily)s в день"
                " по среднему месяцев: %(months)s"
            )
        return text % values
    if line.meterless:
        return _("прибора учёта нет: норматив на человека × число проживающих")
    if line.basis == "norm":
        return _("показаний долго не было: норматив на человека × число проживающих")
    return ""


def _act(line: LineRow) -> str:
    """What an act of the office says of the meter, and what follows for a norm."""
    match line.act:
        case "broken":
            return _("по акту прибор учёта неисправен")
        case "lost":
            return _("по акту прибора учёта нет на месте")
        case "refused" if line.basis != "norm":
            return _("по акту к прибору учёта не допустили")
        case "refused":
            return _("по акту к прибору учёта не допустили: норматив × 1,5")
        case "tampered":
            return _("по акту в прибор учёта вмешались: норматив × 10")
        case "unmetered":
            return _("по акту прибор учёта можно поставить, его нет: норматив × 1,5")
        case "silent":
            return _("по акту прибор учёта не передаёт показаний")
        case _:
            return ""


def days_label(days: int) -> str:
    """«31 день»."""
    return ngettext("%(days)d день", "%(days)d дней", days) % {"days": days}


def _why(line: LineRow) -> str:
    """Why a charged month is charged otherwise, with the reading that made it so."""
    values = {
        "value": number(line.cause_value) if line.cause_value is not None else "",
        "on": day(line.cause_on) if line.cause_on else "",
        "source": source_label(line.cause_source),
    }
    known = line.cause_value is not None
    match line.cause:
        case "reading" if known:
            return _("пришли показания %(value)s от %(on)s (%(source)s)") % values
        case "control" if known:
            return _("контрольные показания %(value)s от %(on)s") % values
        case "replacement" if known:
            return _("прибор учёта заменён или снят: показания %(value)s от %(on)s") % values
        case "withdrawn":
            return _("показания, по которым было начислено, отменены")
        case "act":
            return _("акт о приборе учёта")
        case "terms":
            return _("другая тарифная группа")
        case "tariff":
            return _("исправлены цены")
        case "decision":
            return _("решение поставщика")
        case "house":
            return _("исправлен общедомовой объём")
        case _:
            return _("пересчёт")
