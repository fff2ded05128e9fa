"""One answer of the set-up: judged as it is typed, in words that say what to type instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import time
from decimal import Decimal, InvalidOperation
from functools import partial
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from svet.accounts.rules import requisites
from svet.arrangements.queries.limits import default_limits
from svet.arrangements.rules.limits import SUMS, MoneyLimitsReason, MoneyLimitsRefused, chosen_limits
from svet.arrangements.texts.limits import explain_limits
from svet.billing.rules import Rules
from svet.billing.rules.policies import PolicyRefused, chosen
from svet.billing.texts import explain as explain_billing
from svet.kernel.refusals import Refused
from svet.kernel.services import Service
from svet.kernel.writing import plain_number
from svet.people.rules import normalise_email, normalise_name, normalise_phone
from svet.people.texts import explain as explain_person
from svet.setup.rules import CARDS, NO_CARDS, AnswerFault

Given = Mapping[str, str]
DAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
ROUND_THE_CLOCK = "круглосуточно"
_ENGLISH = dict(zip(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), DAYS, strict=True)) | {
    "round the clock": ROUND_THE_CLOCK
}
_ENGLISH_WORD = re.compile("|".join(_ENGLISH))
_HOURS = re.compile(
    rf"({'|'.join(DAYS)})(?:\s*[-–—]\s*({'|'.join(DAYS)}))?,?\s+"
    r"(?:с\s+)?(\d{1,2})[:.](\d{2})\s*(?:[-–—]|до)\s*(\d{1,2})[:.](\d{2})",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"[0-9+() \-]{3,25}", re.ASCII)
_CODE = re.compile(r"[a-z][a-z0-9-]{1,39}", re.ASCII)
_COLOR = re.compile(r"#[0-9a-f]{6}", re.ASCII)
_SITE = re.compile(r"https?://[^\s/]+\.[^\s]+")


def line(text: str, given: Given, *, longest: int = 160) -> str:
    """A line of text with single spaces."""
    clean = " ".join(text.split())
    if len(clean) > longest:
        raise AnswerFault(_("Слишком длинно: до %(longest)s знаков.") % {"longest": longest})
    if any(not sign.isprintable() for sign in clean):
        raise AnswerFault(_("В тексте есть невидимые знаки. Наберите его с клавиатуры."))
    return clean


def cards(text: str, given: Given) -> str:
    """Whether the bank lets a shop keep cards."""
    said = line(text, given, longest=10).lower()
    if said in ("да", CARDS, "true"):
        return CARDS
    if said in ("нет", NO_CARDS, "false"):
        return NO_CARDS
    raise AnswerFault(_("Ответ: да или нет."))


def codes(text: str, given: Given) -> str:
    """Codes with commas, sorted, each once."""
    return ", ".join(sorted(set(line(text, given, longest=2000).replace(",", " ").split())))


def hotline(text: str, given: Given) -> str:
    clean = line(text, given, longest=40)
    if not _SIGNS.fullmatch(clean) or sum(sign.isdigit() for sign in clean) > 11:
        raise AnswerFault(_("Это не похоже на номер телефона. Напишите его, как на сайте: 8-800-000-00-00."))
    return clean


def hours(text: str, given: Given) -> str:
    (first, last), (opens, closes) = days_and_times(text)
    if closes.second:
        return ROUND_THE_CLOCK
    days = DAYS[first - 1] if first == last else f"{DAYS[first - 1]}–{DAYS[last - 1]}"
    return f"{days} {opens.hour}:{opens:%M}–{closes.hour}:{closes:%M}"


def days_and_times(text: str) -> tuple[tuple[int, int], tuple[time, time]]:
    """Days of the week, 1 to 7, and the hours of the hotline. :raises AnswerFault: no hours at all"""
    clean = _ENGLISH_WORD.sub(lambda found: _ENGLISH[found[0]], " ".join(text.lower().split()))
    if clean == ROUND_THE_CLOCK:
        return (1, 7), (time(0), time(23, 59, 59))
    found = _HOURS.fullmatch(clean)
    fault = AnswerFault(_("Напишите дни и часы так: «пн–пт 8:00–19:00», или «круглосуточно»."))
    if found is None:
        raise fault
    first = DAYS.index(found[1]) + 1
    last = DAYS.index(found[2]) + 1 if found[2] else first
    try:
        opens, closes = time(int(found[3]), int(found[4])), time(int(found[5]), int(found[6]))
    except ValueError:
        raise fault from None
    if last < first or closes <= opens:
        raise fault
    return (first, last), (opens, closes)


def site(text: str, given: Given) -> str:
    clean = line(text, given, longest=200)
    if not _SITE.fullmatch(clean):
        raise AnswerFault(_("Нужен адрес целиком: https://example.ru/."))
    return clean


def email(text: str, given: Given) -> str:
    return _by_room(normalise_email, text)


def color(text: str, given: Given) -> str:
    clean = text.strip().lower()
    if not _COLOR.fullmatch(clean):
        raise AnswerFault(_("Цвет пишется так: #0f3b4a."))
    return clean


def code(text: str, given: Given) -> str:
    clean = text.strip()
    if not _CODE.fullmatch(clean):
        raise AnswerFault(_("Код — латинские строчные буквы, цифры и дефис, например energo."))
    return clean


def inn(text: str, given: Given) -> str:
    clean = _digits(text)
    if not requisites.is_inn(clean):
        raise AnswerFault(_("В ИНН ошибка: в нём 10 или 12 цифр, и последние проверяют остальные."))
    return clean


def kpp(text: str, given: Given) -> str:
    clean = _digits(text).upper()
    if not requisites.is_kpp(clean):
        raise AnswerFault(_("В КПП ошибка: в нём девять знаков."))
    return clean


def bic(text: str, given: Given) -> str:
    clean = _digits(text)
    if not requisites.is_bic(clean):
        raise AnswerFault(_("В БИК ошибка: в нём девять цифр, первые две 04."))
    return clean


def account(text: str, given: Given) -> str:
    clean = _digits(text)
    if not requisites.is_account(clean):
        raise AnswerFault(_("В номере счёта двадцать цифр."))
    bank = given.get("bic", "")
    # A wrong БИК is told by itself.
    if requisites.is_bic(bank) and not requisites.is_settlement_account(clean, bic=bank):
        raise AnswerFault(_("Расчётный счёт не подходит к БИК: контрольная цифра другая. Проверьте оба."))
    return clean


def correspondent_account(text: str, given: Given) -> str:
    clean = _digits(text)
    if not requisites.is_account(clean):
        raise AnswerFault(_("В номере счёта двадцать цифр."))
    bank = given.get("bic", "")
    if requisites.is_bic(bank) and not requisites.is_correspondent_account(clean, bic=bank):
        raise AnswerFault(
            _("Корреспондентский счёт не подходит к БИК: проверьте оба, последние три цифры у них общие.")
        )
    return clean


def lengths(text: str, given: Given) -> str:
    parts = [part for part in re.split(r"[\s,]+", text.strip(" []")) if part]
    if not parts or not all(part.isascii() and part.isdigit() and 4 <= int(part) <= 20 for part in parts):
        raise AnswerFault(_("Сколько цифр в лицевом счёте: число от 4 до 20, или несколько через запятую."))
    return ", ".join(map(str, sorted({int(part) for part in parts})))


def window(text: str, given: Given) -> str:
    first, last = window_days(text)
    return f"{first}–{last}"


def window_days(text: str) -> tuple[int, int]:
    """The days of the reading window. :raises AnswerFault: not two days of a month in their order"""
    found = re.fullmatch(r"\s*(?:с\s+)?(\d{1,2})\s*(?:[-–—]|по)\s*(\d{1,2})\s*", text)
    if found is None or not 1 <= int(found[1]) <= int(found[2]) <= 31:
        raise AnswerFault(_("Напишите первый и последний день приёма: 15–25."))
    return int(found[1]), int(found[2])


def day(text: str, given: Given) -> str:
    clean = text.strip()
    if not (clean.isascii() and clean.isdigit() and 1 <= int(clean[:3]) <= 31):
        raise AnswerFault(_("Нужен день месяца: от 1 до 31."))
    return str(int(clean))


def zone(text: str, given: Given) -> str:
    clean = text.strip()
    if clean not in available_timezones():
        raise AnswerFault(_("Такого часового пояса нет. Пишите, например, Europe/Moscow или Asia/Omsk."))
    return clean


def service(text: str, given: Given) -> str:
    clean = text.strip().lower()
    if clean not in [one.value for one in Service]:
        raise AnswerFault(
            _("Услуга пишется одним из слов: %(known)s.") % {"known": ", ".join(one.value for one in Service)}
        )
    return clean


def norm(text: str, given: Given) -> str:
    if given.get("service", Service.ELECTRICITY.value) != Service.ELECTRICITY.value:
        raise AnswerFault(_("Норматив задают только для электроэнергии: остальное начисляет сам поставщик."))
    try:
        value = Decimal(text.strip().replace(",", "."))
        rules = chosen(Rules(), norm_kwh_per_person=value)
    except InvalidOperation:
        raise AnswerFault(_("Нужно число: кВт·ч на человека в месяц, например 94.")) from None
    except PolicyRefused as refused:
        raise AnswerFault(explain_billing(refused)) from None
    assert rules.norm_kwh_per_person is not None
    return plain_number(rules.norm_kwh_per_person)


def limit(text: str, given: Given, *, name: str) -> str:
    try:
        value = Decimal(re.sub(r"\s", "", text).replace(",", "."))
        whole = value * 100 if name in SUMS else value
        if not whole.is_finite() or whole != whole.to_integral_value():
            raise InvalidOperation
        chosen_limits(default_limits(), {name: int(whole)})
    except InvalidOperation:
        raise AnswerFault(_("Нужно число: сумма в рублях с копейками, остальное целое.")) from None
    except MoneyLimitsRefused as refused:
        # Which debt is greater is judged when all of the section is known.
        if refused.reason is not MoneyLimitsReason.ORDER:
            raise AnswerFault(explain_limits(refused)) from None
    return plain_number(value)


def phone(text: str, given: Given) -> str:
    return _by_room(normalise_phone, text)


def name(text: str, given: Given) -> str:
    return _by_room(partial(normalise_name, field="name"), text)


def _digits(text: str) -> str:
    return re.sub(r"[\s-]", "", text)


def _by_room(normalise: Callable[[str], str], text: str) -> str:
    try:
        return normalise(text)
    except Refused as refused:
        raise AnswerFault(explain_person(refused)) from None
