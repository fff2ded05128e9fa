"""What the set-up asks, in the order of asking."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from svet.arrangements.queries.limits import default_limits
from svet.arrangements.rules.limits import SUMS
from svet.kernel.money import Money
from svet.kernel.services import Service
from svet.kernel.writing import plain_number
from svet.setup.operations import answers
from svet.setup.operations.answers import Given
from svet.setup.rules import CARDS
from svet.site.queries import DEFAULT_ACCENT, DEFAULT_PRIMARY

Answers = Mapping[str, str]


def _nothing(given: Given) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Field:
    """One question; ``judge`` gives the canonical form or raises ``AnswerFault``, ``usual`` is silence."""

    key: str
    question: str | Promise
    judge: Callable[[str, Given], str] = answers.line
    required: bool | Callable[[Given], bool] = False
    usual: Callable[[Given], str] = _nothing


def _always(value: str) -> Callable[[Given], str]:
    return lambda given: value


def _usual_limit(name: str) -> Callable[[Given], str]:
    def usual(given: Given) -> str:
        value = default_limits().numbers[name]
        return plain_number(Money(value).roubles) if name in SUMS else str(value)

    return usual


def _limit(name: str, question: Promise) -> Field:
    return Field(name, question, partial(answers.limit, name=name), usual=_usual_limit(name))


RETAILER = (
    Field("brand", _("Название, как его видят люди"), partial(answers.line, longest=80), required=True),
    Field("legal_name", _("Юридическое название"), required=True),
    Field("hotline", _("Телефон горячей линии"), answers.hotline, required=True),
    Field("hours", _("Когда отвечают, например «пн–пт 8:00–19:00»"), answers.hours, required=True),
    Field("site", _("Сайт компании"), answers.site),
    Field("address", _("Адрес офиса"), partial(answers.line, longest=200)),
    Field("reception_email", _("Почта для обращений"), answers.email),
    Field("primary_color", _("Основной цвет"), answers.color, usual=_always(DEFAULT_PRIMARY)),
    Field("accent_color", _("Цвет кнопок"), answers.color, usual=_always(DEFAULT_ACCENT)),
)
SUPPLIER = (
    Field("code", _("Короткий код латиницей"), answers.code, required=True),
    Field("name", _("Название поставщика, как его видят люди"), required=True),
    Field("legal_name", _("Юридическое название"), partial(answers.line, longest=200), required=True),
    Field(
        "region",
        _("Регион тарифов"),
        partial(answers.line, longest=100),
        required=True,
    ),
    Field("inn", _("ИНН"), answers.inn, required=True),
    Field("kpp", _("КПП"), answers.kpp),
    Field("bic", _("БИК банка"), answers.bic, required=True),
    Field("bank", _("Название банка"), required=True),
    Field("account", _("Расчётный счёт"), answers.account, required=True),
    Field("correspondent_account", _("Корреспондентский счёт"), answers.correspondent_account, required=True),
    Field("account_lengths", _("Сколько цифр в лицевом счёте"), answers.lengths, usual=_always("10")),
    Field("window", _("Дни приёма показаний"), answers.window, usual=_always("15–25")),
    Field("due_day", _("До какого числа платить"), answers.day, usual=_always("15")),
    Field("time_zone", _("Часовой пояс"), answers.zone, usual=lambda given: settings.TIME_ZONE),
    Field("hotline", _("Свой телефон, если он другой"), answers.hotline),
    Field(
        "service",
        _("Услуга: electricity, cold_water, hot_water, heat, gas или waste"),
        answers.service,
        usual=_always(Service.ELECTRICITY.value),
    ),
    Field(
        "norm",
        _("Норматив, кВт·ч на человека в месяц (только для электроэнергии)"),
        answers.norm,
        required=lambda given: given.get("service") == Service.ELECTRICITY.value,
    ),
)
SHOP = (
    Field("code", _("Код договора эквайринга"), partial(answers.line, longest=20), required=True),
    Field("name", _("Как называть банк"), partial(answers.line, longest=100), required=True),
    Field(
        "address",
        _("Адрес банка с номером магазина, без ключа"),
        partial(answers.line, longest=300),
        required=True,
    ),
    Field(
        "secret", _("Переменная или файл, где лежит ключ"), partial(answers.line, longest=200), required=True
    ),
    Field("cards", _("Разрешает ли банк хранить карты"), answers.cards, usual=_always(CARDS)),
    Field("suppliers", _("Чьи новые платежи идут через него"), answers.codes),
)
#: What is decided by rule about a supplier's money; who has no section keeps what holds.
LIMITS = (
    Field("supplier", _("Код поставщика, чьи это пределы"), required=True),
    _limit("refund_alone", _("Возврат переплаты без подписей за 30 дней, ₽")),
    _limit("refund_times", _("Просьб о возврате в сутки")),
    _limit("refund_days", _("Платёж для возврата не старше, дней")),
    _limit("promise_days", _("Обещать платёж не дальше, дней")),
    _limit("promise_pause", _("Пауза после нарушенного обещания, дней")),
    _limit("instalment_months", _("Рассрочка не дольше, месяцев")),
    _limit("instalment_least", _("Наименьший долг для рассрочки, ₽")),
    _limit("instalment_alone", _("Рассрочка больше этой суммы — две подписи, ₽")),
    _limit("instalment_most", _("Наибольший долг для рассрочки, ₽")),
    _limit("instalment_pause", _("Пауза после нарушенной рассрочки, месяцев")),
)
#: What of a shop that is there already cannot become another: its payments are asked about by it.
SHOP_FIXED = ("name", "address", "secret", "cards")
MEMBER = (
    Field("phone", _("Телефон сотрудника"), answers.phone, required=True),
    Field("last_name", _("Фамилия"), answers.name, required=True),
    Field("first_name", _("Имя"), answers.name, required=True),
    Field("patronymic", _("Отчество"), answers.name),
)
#: Files with the texts people agree to, in the order they are shown.
AGREEMENTS = ("terms", "personal_data")
