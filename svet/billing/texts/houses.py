"""Words about houses: how their common needs are counted, what is missing, what is wrong with a register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from svet.billing.operations.house_registers import HouseReport
from svet.billing.rules.house_file import HouseError, HouseFault, HouseFileRefused
from svet.billing.rules.house_inputs import HouseReason
from svet.billing.rules.houses import HouseVolume, HouseWay, MeterMonth, metered
from svet.billing.texts import as_shown
from svet.kernel.refusals import Refused
from svet.look.formats import MINUS, energy, number

#: Every reason of this module that has a sentence.
REASONS: Final = (HouseFault,)


def way_name(way: HouseWay) -> str:
    """How common needs are counted, in a few words."""
    return {
        HouseWay.DIRECT: _("непосредственное управление: весь объём, вместе с расходом квартиры"),
        HouseWay.METER: _("по прибору учёта дома, не больше норматива"),
        HouseWay.NORM: _("по нормативу"),
    }[way]


def unknown(reason: str, details: Mapping[str, object]) -> str:
    """Why the common needs of a house cannot be told, and what to do."""
    return {
        HouseReason.NO_TERMS: _("Условия дома на этот месяц не внесены. Загрузите реестр домов."),
        HouseReason.NO_METER: _(
            "У дома нет прибора учёта на этот месяц. Внесите его или перейдите на расчёт по нормативу."
        ),
        HouseReason.NO_READING: _(
            "Нет показаний прибора учёта дома {meter} за {month}. Внесите их или перейдите на расчёт по"
            " нормативу с этого месяца."
        ),
        HouseReason.LOWER: _(
            "Показания прибора учёта дома {meter} за {month} меньше прежних. Исправьте их или отметьте, что"
            " счётчик перешёл через ноль."
        ),
        HouseReason.NO_ROOMS: _("К дому не отнесён ни один лицевой счёт. Загрузите реестр помещений."),
        HouseReason.TOO_MUCH_AREA: _(
            "Помещения вместе больше общей площади дома. Исправьте площадь дома или помещений."
        ),
        HouseReason.ROOM_UNKNOWN: _(
            "Расход лицевого счёта {account} посчитать нельзя, поэтому общедомовой объём неизвестен."
            " Исправьте этот счёт."
        ),
    }[HouseReason(reason)].format(**as_shown(details))


def meter_formula(meter: MeterMonth) -> str:
    """«(1 020 − 1 000) × 30 = 600 кВт·ч»."""
    difference = f"{number(meter.after)} {MINUS} {number(meter.before)}"
    if meter.turned:
        difference = (
            f"{number(meter.after)} + {number(Decimal(10**meter.digits))} {MINUS} {number(meter.before)}"
        )
    if meter.ratio != 1:
        difference = f"({difference}) × {number(meter.ratio)}"
    return f"{difference} = {energy(meter.kwh)}"


def volume_formula(volume: HouseVolume) -> str:
    """How many kWh are divided: «600 − 427 = 173 кВт·ч», and what limits them."""
    if volume.house is None:
        return _("норматив на общее имущество: {kwh}").format(kwh=energy(volume.kwh))
    over = f"{number(volume.house)} {MINUS} {number(volume.rooms)}"
    if volume.house <= volume.rooms:
        return _("{over}: дом показал не больше помещений, на общедомовые нужды 0 кВт·ч").format(over=over)
    if volume.way is HouseWay.METER and volume.by_norm is not None and volume.kwh == volume.by_norm:
        return _("{over}, но не больше норматива: {kwh}").format(over=over, kwh=energy(volume.kwh))
    return f"{over} = {energy(volume.kwh)}"


def losses_formula(meters: Sequence[MeterMonth], losses: Decimal) -> str:
    """«600 + 2,5 % = 615 кВт·ч»."""
    through = metered(meters, losses=Decimal(0))
    return _("{kwh} + {percent}\u00a0% = {sum}").format(
        kwh=number(through), percent=number(losses), sum=energy(metered(meters, losses=losses))
    )


def rooms_formula(volume: HouseVolume, others: Decimal) -> str:
    """What the rooms used themselves, those of others told apart."""
    if not others:
        return energy(volume.rooms)
    return _("{kwh}, из них не наших счетов {others}").format(kwh=energy(volume.rooms), others=energy(others))


def share_formula(volume: HouseVolume, area: Decimal, kwh: Decimal) -> str:
    """«173 кВт·ч × 50,1 м² ÷ 200 м² = 43,337 кВт·ч»."""
    return _("{common} × {area} м² ÷ {whole} м² = {kwh}").format(
        common=energy(volume.kwh), area=number(area), whole=number(volume.area), kwh=energy(kwh)
    )


def explain_houses(refusal: Refused) -> str:
    """Why a register of houses was not taken."""
    errors = refusal.errors if isinstance(refusal, HouseFileRefused) else []
    if len(errors) == 1:
        return house_error(errors[0])
    return _("Реестр не загружен, ошибок: {count}.").format(count=len(errors))


def house_error(error: HouseError) -> str:
    """One error of a register as a line of a report."""
    text = house_faults()[error.fault].format(column=error.column, value=error.value)
    return _("Строка {row}: {text}").format(row=error.row, text=text) if error.row else text


def house_faults() -> dict[HouseFault, str]:
    """What each fault says, with the places of ``column`` and ``value``."""
    return {
        HouseFault.NOT_TEXT: _("файл не текстовый или повреждён: сохраните таблицу как CSV UTF-8"),
        HouseFault.TOO_LARGE: _("файл больше 10 МБ"),
        HouseFault.NO_ROWS: _("в файле нет строк"),
        HouseFault.MISSING_COLUMN: _("нет столбца {column}"),
        HouseFault.WRONG_WIDTH: _("в строке не столько полей, сколько в заголовке"),
        HouseFault.EMPTY: _("поле {column} пусто"),
        HouseFault.TOO_LONG: _("поле {column} слишком длинное"),
        HouseFault.HIDDEN: _("в поле {column} непечатаемый знак"),
        HouseFault.MONTH: _("нужен месяц вроде 2026-12 или 12.2026, а стоит «{value}»"),
        HouseFault.MONTHS_REVERSED: _("последний месяц раньше первого: «{value}»"),
        HouseFault.NUMBER: _("в поле {column} нужно число, а стоит «{value}»"),
        HouseFault.WAY: _("способ расчёта — direct, meter или norm, а стоит «{value}»"),
        HouseFault.FLAG: _("в поле {column} нужно yes, no или пусто, а стоит «{value}»"),
        HouseFault.NORM_WANTED: _("для расчёта по нормативу нужны common_area и norm"),
        HouseFault.NO_PROVIDER: _("такого поставщика нет: «{value}»"),
        HouseFault.NO_HOUSE: _("такого дома нет: «{value}»"),
        HouseFault.NO_ACCOUNT: _("такого лицевого счёта нет: «{value}»"),
        HouseFault.WHICH_METER: _("у дома нет такого прибора учёта в этом месяце: «{value}»"),
        HouseFault.OTHER_HOUSE: _("лицевой счёт в эти месяцы уже отнесён к дому «{value}»"),
        HouseFault.OCCUPIED: _("сейчас идёт начисление или принимается реестр: повторите через минуту"),
        HouseFault.READING_LOWER: _(
            "показания меньше прежних ({value}): исправьте их, а если счётчик перешёл через ноль,"
            " укажите turned = yes"
        ),
    }


def houses_loaded(report: HouseReport) -> str:
    """What came of a register."""
    return _("Новых строк: {added}, исправлено: {corrected}, уже были: {unchanged}.").format(
        added=report.added, corrected=report.corrected, unchanged=report.unchanged
    )
