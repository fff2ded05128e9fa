"""«Право»: how far rates, caps and calendars are known, and rows that came after this version."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from svet.kernel import words
from svet.look.formats import day, number
from svet.look.forms import Form
from svet.look.requests import now_of
from svet.staff.billing.policy import AmountField
from svet.staff.billing.shell import ROOT, tabs
from svet.staff.shell.desk import actor_of, desk_page
from svet.staff.shell.forms import answer
from svet.staffing.rules import Permission
from svet.tariffs.operations.law import enter_law, withdraw_law
from svet.tariffs.queries.law import LawEntryView, law_entries, law_in_force
from svet.tariffs.rules.law import DatedRules, Law
from svet.tariffs.rules.law_entries import (
    LONGEST_ACT,
    LONGEST_ADDRESS,
    LONGEST_REGION,
    LawEntryKind,
    NewLawEntry,
)
from svet.tariffs.texts.law import kind_name

_URL = f"{ROOT}law/"
#: The newest rows of each table.
_SHOWN = 4


def _day_field(label: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        error_messages={"invalid": gettext_lazy("Введите день так: 31.12.2026.")},
    )


class LawEntryForm(Form):
    """A row with its days, both included."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Что"),
        choices=[
            (LawEntryKind.KEY_RATE.value, gettext_lazy("Ключевая ставка")),
            (LawEntryKind.PENALTY_CAP.value, gettext_lazy("Предел ставки пеней")),
            (LawEntryKind.MORATORIUM.value, gettext_lazy("Мораторий на пени")),
        ],
    )
    valid_from = _day_field(gettext_lazy("Первый день"))
    valid_to = _day_field(
        gettext_lazy("Последний день"),
        gettext_lazy("Для ключевой ставки — день, до которого она точно известна."),
    )
    percent = AmountField(
        label=gettext_lazy("Ставка, % годовых"), required=False, help_text=gettext_lazy("У моратория пусто.")
    )
    region = forms.CharField(
        label=gettext_lazy("Регион"),
        required=False,
        max_length=LONGEST_REGION,
        help_text=gettext_lazy("Только у моратория; пусто — вся страна."),
    )
    act = forms.CharField(label=gettext_lazy("Акт: кто, когда, номер"), max_length=LONGEST_ACT)
    source_url = forms.CharField(
        label=gettext_lazy("Адрес источника"),
        max_length=LONGEST_ADDRESS,
        widget=forms.TextInput(attrs={"inputmode": "url"}),
    )


class WithdrawForm(Form):
    """Which row is wrong, and why."""

    number = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    because = forms.CharField(label=gettext_lazy("Почему строка неверна"), max_length=300)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.BILLING)
def law_page(request: HttpRequest) -> HttpResponse:
    """What is known with its acts, the rows that were entered, and the forms to enter and to withdraw one."""
    by, now = actor_of(request), now_of(request)
    posted = request.POST if request.method == "POST" else None
    withdraws = posted is not None and posted.get("do") == "withdraw"
    form: Form = WithdrawForm(posted) if withdraws else LawEntryForm(posted)

    def act() -> HttpResponse:
        given = form.cleaned_data
        if withdraws:
            withdraw_law(number=given["number"], because=given["because"], by=by, now=now)
            messages.success(request, _("Строка отозвана: она больше не действует."))
            return redirect(_URL)
        new = NewLawEntry(
            kind=LawEntryKind(given["kind"]),
            valid_from=given["valid_from"],
            valid_to=given["valid_to"],
            percent=given["percent"],
            act=given["act"],
            source_url=given["source_url"],
            region=given["region"],
        )
        enter_law(new=new, by=by, today=timezone.localdate(now), now=now)
        messages.success(request, _("Строка внесена: пени считаются по ней."))
        return redirect(_URL)

    def context() -> dict[str, Any]:
        entries = law_entries()
        return {
            "tabs": tabs("law"),
            "form": LawEntryForm() if withdraws else form,
            "tables": _tables(law_in_force()),
            "entries": [_entry(each) for each in reversed(entries)],
            "withdraw": form if withdraws else None,
            "asked": request.POST.get("number", ""),
        }

    return answer(request, "staff/billing_law.html", context, form=form, act=act, explain=words.explain)


def _tables(known: Law) -> list[dict[str, Any]]:
    """The newest rows of each table, the newest first."""
    tables: list[dict[str, Any]] = [
        {"name": kind_name(LawEntryKind.KEY_RATE), "rows": _rows(known.key_rates)},
        {"name": kind_name(LawEntryKind.PENALTY_CAP), "rows": _rows(known.penalty_caps)},
        {"name": _("Рабочий календарь"), "rows": _rows(known.calendars)},
    ]
    quiet = sorted(known.moratoria, key=lambda each: each.since, reverse=True)[:_SHOWN]
    tables.append(
        {
            "name": kind_name(LawEntryKind.MORATORIUM),
            "rows": [
                _row(each.since, each.until, each.region or _("вся страна"), each.act, each.source_url)
                for each in quiet
            ],
        }
    )
    return tables


def _rows(rules: DatedRules[Any]) -> list[dict[str, str]]:
    return [
        _row(
            rule.since,
            rule.until,
            "" if rule.value is None else _("%(percent)s\u00a0%%") % {"percent": number(rule.value)},
            rule.act,
            rule.source_url,
        )
        for rule in reversed(rules.rules[-_SHOWN:])
    ]


def _row(since: date, until: date | None, value: str, act: str, url: str) -> dict[str, str]:
    return {
        "days": f"{day(since)} – {day(until) if until else '…'}",
        "value": value,
        "act": act,
        "url": url if url.startswith("https://") else "",
    }


def _entry(view: LawEntryView) -> dict[str, Any]:
    entry = view.entry
    value = _("%(percent)s\u00a0%%") % {"percent": number(entry.percent)} if entry.percent is not None else ""
    return {
        "view": view,
        "name": kind_name(entry.kind),
        **_row(entry.valid_from, entry.valid_to, value or entry.region, entry.act, entry.source_url),
    }


urlpatterns: list[URLPattern] = [path("billing/law/", law_page, name="staff-billing-law")]
