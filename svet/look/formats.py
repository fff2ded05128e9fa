"""How numbers, dates and phones are written: no-break spaces, the comma, «₽», «кВт·ч», the true minus."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from django.utils.dates import MONTHS, MONTHS_ALT
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.kernel.services import Unit

NBSP = "\u00a0"
MINUS = "\u2212"


def number(value: Decimal | int, *, places: int | None = None, sign: bool = False) -> str:
    """Write a number with grouped thousands and a comma; ``places`` decimals, or as many as it has.

    ``sign`` writes the plus of a positive number too.
    """
    amount = Decimal(value)
    if places is not None:
        amount = amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
        text = f"{abs(amount):,.{places}f}"
    else:
        text = f"{abs(amount):,f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
    text = text.replace(",", NBSP).replace(".", ",")
    if amount < 0:
        return f"{MINUS}{text}"
    return f"+{text}" if sign and amount > 0 else text


def numbered(value: object) -> str:
    """Write what has a number: «№ 0300592346»."""
    sign = _("№")
    return f"{sign}{NBSP}{value}"


def quoted(value: object) -> str:
    """Write somebody's own words in the quotes of the page's language: «Мама»."""
    return _("«%(text)s»") % {"text": value}


def roubles(value: Money | int, *, sign: bool = False) -> str:
    """Write a sum given in kopecks: «1 234,56 ₽»."""
    kopecks = value.kopecks if isinstance(value, Money) else int(value)
    return f"{number(Decimal(kopecks) / 100, places=2, sign=sign)}{NBSP}₽"


def unit_name(unit: Unit) -> str:
    """How a unit is written."""
    match unit:
        case Unit.KWH:
            return _("кВт·ч")
        case Unit.M3:
            return _("м³")
        case Unit.GCAL:
            return _("Гкал")


def energy(value: Decimal | int | str, *, sign: bool = False) -> str:
    """Write kilowatt-hours: «4 036 кВт·ч»."""
    return volume(value, Unit.KWH, sign=sign)


def volume(value: Decimal | int | str, unit: Unit, *, sign: bool = False) -> str:
    """Write a volume in its unit: «4 036 кВт·ч», «12,345 м³»."""
    return f"{number(Decimal(value), sign=sign)}{NBSP}{unit_name(unit)}"


def day(value: date) -> str:
    """Write a date: «22.11.2026»; a moment is first taken to local time."""
    if isinstance(value, datetime):
        value = timezone.localtime(value)
    return f"{value:%d.%m.%Y}"


def moment(value: datetime) -> str:
    """Write a moment in local time: «22.11.2026 14:05»."""
    return f"{timezone.localtime(value):%d.%m.%Y}{NBSP}{timezone.localtime(value):%H:%M}"


def month(value: Month | date) -> str:
    """Write a month: «ноябрь 2026», and «November 2026» with the capital English wants."""
    name = str(MONTHS[value.month])
    return f"{name.lower() if get_language() == 'ru' else name}{NBSP}{value.year}"


def day_and_month(value: date) -> str:
    """Write a day without its year: «5 ноября»."""
    return f"{value.day}{NBSP}{MONTHS_ALT[value.month]!s}"


def phone(value: str) -> str:
    """Write an E.164 number of Russia: «+7 (911) 717-85-12»; anything else as it is."""
    if len(value) == 12 and value.startswith("+7"):
        return f"+7{NBSP}({value[2:5]}){NBSP}{value[5:8]}-{value[8:10]}-{value[10:]}"
    return value


def plural_ru(count: int, forms: str) -> str:
    """Choose among «день,дня,дней» by a Russian count."""
    one, few, many = forms.split(",")
    tens, ones = abs(count) % 100, abs(count) % 10
    if 11 <= tens <= 14 or ones == 0 or ones >= 5:
        return many
    return one if ones == 1 else few
