"""The living page of the design system: every part in every state, for builders and the demonstration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import REASON_BAD_ORIGIN
from django.shortcuts import render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.views.decorators.http import require_safe

from svet.cabinet.shell import errors
from svet.cabinet.shell.forms import Form
from svet.kernel.money import Money
from svet.look.charts import bars
from svet.look.formats import energy, roubles
from svet.look.icons import SHAPES

DELIVERY = [
    ("email", "Получать счета на e-mail"),
    ("both", "Получать бумажные счета и счета на e-mail"),
    ("paper", "Получать бумажные счета"),
]


class Specimen(Form):
    """One field of each kind."""

    phone = forms.CharField(label="Телефон", max_length=20)
    password = forms.CharField(label="Пароль", widget=forms.PasswordInput(render_value=True))
    code = forms.CharField(label="Код из СМС", help_text="Мы отправили его на +7 (911) 717-85-12.")
    name = forms.CharField(label="Имя")
    delivery = forms.ChoiceField(label="Способ получения счета", choices=DELIVERY, widget=forms.RadioSelect)
    group = forms.ChoiceField(label="Группа", choices=[("", "Все группы"), ("1", "Моя группа")])
    reading = forms.CharField(label="День")
    decimals = forms.CharField(label="Круглосуточный")
    sum = forms.CharField(label="К оплате", help_text="Не больше 250 000 ₽ за раз.")
    agreed = forms.BooleanField(label="Я принимаю пользовательское соглашение")
    notify = forms.BooleanField(label="Уведомления по SMS")
    text = forms.CharField(label="Сообщение", widget=forms.Textarea(attrs={"rows": 4}))
    photo = forms.FileField(label="Фото прибора", help_text="JPEG или PNG до 10 МБ.")


GOOD = {
    "phone": "+7 (911) 717-85-12",
    "password": "Kx7mVq2p",
    "code": "4821",
    "name": "Анна",
    "delivery": "both",
    "group": "1",
    "reading": "03589",
    "decimals": "04036,5",
    "sum": "1 234,56",
    "agreed": "on",
    "notify": "on",
    "text": "Показания прошлого месяца были записаны с ошибкой.",
}


class SampleFilters(Form):
    """What a list is narrowed by."""

    group = forms.ChoiceField(label="Группа", choices=[("", "Все группы"), ("1", "Моя группа")])
    since = forms.DateField(label="Дата с", widget=forms.DateInput(attrs={"type": "date"}))


EVENTS = (
    {
        "icon": "meter",
        "title": "Контрольные показания от 23.10.2026",
        "note": "Уралэнергосбыт, аб. № 2626262000",
        "value": energy(4036),
        "rows": [("Круглосуточный", energy(4036))],
        "link": ("#card", "Квитанция"),
    },
    {
        "icon": "card",
        "title": "Платеж от 17.10.2026",
        "note": "Уралэнергосбыт, аб. № 2626262000",
        "value": roubles(30_000),
        "badge": "Проведен",
        "badge_kind": "success",
        "rows": [("Номер", "О-7K3M-Q2X9"), ("Аб. № 2626262000", roubles(30_000))],
    },
)


@dataclass(frozen=True, slots=True)
class SampleStep:
    text: str
    state: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class SampleTab:
    text: str
    url: str
    current: bool


def _specimens() -> tuple[Specimen, Specimen]:
    good = Specimen(initial=GOOD, auto_id="good_%s")
    bad = Specimen(GOOD | {"phone": "911 717", "reading": "02100"}, auto_id="bad_%s")
    for name in bad.fields:
        if name != "photo":
            bad.add_error(name, ValidationError("Проверьте это поле: здесь показано, как выглядит ошибка."))
    return good, bad


def _only_where_shown(request: HttpRequest) -> None:
    """Shown in the demonstration and to staff; to others it does not exist."""
    if not (settings.SANDBOX or getattr(request.user, "is_staff", False)):
        raise Http404


TROUBLES: dict[str, Callable[[HttpRequest, Exception], HttpResponse]] = {
    "400": errors.bad_request,
    "403": errors.denied,
    "404": errors.not_found,
    "500": lambda request, _: errors.server_error(request),
    "503": lambda request, _: errors.unavailable(request),
    "csrf": lambda request, _: errors.csrf_failure(request),
    "origin": lambda request, _: errors.csrf_failure(request, REASON_BAD_ORIGIN % "https://portal.example"),
    "maintenance": lambda request, _: errors.maintenance(request),
}


@require_safe
def trouble(request: HttpRequest, kind: str) -> HttpResponse:
    """The pages for what went wrong, as a person would meet them."""
    _only_where_shown(request)
    example = Exception("an example from the living page")
    if kind not in TROUBLES:
        raise Http404
    return TROUBLES[kind](request, example)


@require_safe
def showcase(request: HttpRequest) -> HttpResponse:
    """Every part in every state."""
    _only_where_shown(request)
    good, bad = _specimens()
    months = ["дек", "янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя"]
    used = [212, 240, 231, 205, 190, 164, 150, 148, 155, 171, 174, 212]
    chart = bars(
        title="Потребление по месяцам, кВт·ч",
        series=["День", "Ночь"],
        points=[(month, [value * 2 // 3, value // 3]) for month, value in zip(months, used, strict=True)],
        write=lambda value: energy(Decimal(value)),
    )
    return render(
        request,
        "cabinet/look.html",
        {
            "good": good,
            "bad": bad,
            "filters": SampleFilters(initial={"group": "1"}, auto_id="filters_%s"),
            "events": EVENTS,
            "total": Money(153_456),
            "icons": sorted(SHAPES),
            "chart": chart,
            "kinds": ("info", "success", "warning", "error"),
            "badges": ("neutral", "success", "warning", "error", "info"),
            "steps": [
                SampleStep("Банк принял", "done", "22.11.2026 14:05"),
                SampleStep("Зачисляем", "current", "обычно занимает минуту"),
                SampleStep("Зачислено", "todo"),
            ],
            "failed": [
                SampleStep("Отправлено в банк", "done"),
                SampleStep("Банк отказал", "failed", "Не хватило денег на карте"),
            ],
            "tabs": [SampleTab("Регистрация", "#tabs", True), SampleTab("Вход", "#tabs", False)],
            "page": Paginator(range(50), 10).page(2),
        },
    )


urlpatterns: list[URLPattern] = [
    path("look/", showcase, name="look"),
    path("look/trouble/<slug:kind>/", trouble, name="look-trouble"),
]
