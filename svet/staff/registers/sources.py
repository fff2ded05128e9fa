"""«Источники реестров»: who sends them, and how each writes its files."""

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

from svet.accounts.queries import providers
from svet.kernel.words import explain
from svet.look.forms import Form
from svet.look.requests import now_of
from svet.payments import operations
from svet.payments.queries.receipts import source_receipts
from svet.payments.queries.suspense import SourceView, source_by_code, sources
from svet.payments.rules.layouts import PLAIN_LAYOUT, layout_of
from svet.payments.rules.receipts import RegisterReceipts
from svet.payments.texts.sources import receipts_words
from svet.staff.shell.desk import actor_of, desk_page
from svet.staff.shell.forms import answer
from svet.staffing.rules import Permission

_FIELDS = ("encoding", "delimiter", "columns", "heading", "dates", "sign", "control", "identity")


class SourceForm(Form):
    """A source and the form of its registers."""

    code = forms.CharField(
        label=gettext_lazy("Код"), max_length=20, help_text=gettext_lazy("Латиницей: sber")
    )
    name = forms.CharField(label=gettext_lazy("Название"), max_length=100, required=False)
    provider = forms.ChoiceField(label=gettext_lazy("Чьи деньги приносит"), required=False)
    encoding = forms.ChoiceField(
        label=gettext_lazy("Кодировка"),
        choices=[
            ("auto", gettext_lazy("узнаём сами")),
            *((one, one) for one in ("cp1251", "utf-8", "cp866", "koi8-r")),
        ],
    )
    delimiter = forms.ChoiceField(
        label=gettext_lazy("Разделитель"),
        choices=[(";", ";"), (",", ","), ("|", "|"), ("tab", gettext_lazy("табуляция"))],
    )
    columns = forms.CharField(
        label=gettext_lazy("Столбцы по порядку"),
        max_length=400,
        help_text=gettext_lazy("Нужны date, suip, account и sum; ненужный столбец — знак «-»."),
    )
    heading = forms.BooleanField(label=gettext_lazy("Первая строка — названия столбцов"), required=False)
    dates = forms.ChoiceField(
        label=gettext_lazy("Дни"),
        choices=[("dmy", "31-12-2026"), ("ymd", "20261231"), ("mdy", "12/31/2026")],
    )
    sign = forms.ChoiceField(
        label=gettext_lazy("Сторно"),
        choices=[
            ("written", gettext_lazy("сумма с минусом")),
            ("turned", gettext_lazy("сумма без минуса, а платежи с минусом")),
        ],
    )
    control = forms.ChoiceField(
        label=gettext_lazy("Контрольная строка"),
        choices=[("line", gettext_lazy("последняя, начинается с «=»")), ("none", gettext_lazy("нет"))],
    )
    identity = forms.ChoiceField(
        label=gettext_lazy("Что отличает платежи одного дня"),
        choices=[
            ("number", gettext_lazy("номер операции")),
            ("office", gettext_lazy("отделение и номер операции")),
        ],
    )

    receipts = forms.ChoiceField(
        label=gettext_lazy("Кто делает кассовые чеки"),
        help_text=gettext_lazy("Для денег, которые примут с этого дня. Портал таких чеков не делает."),
        choices=[
            (RegisterReceipts.UNSAID.value, gettext_lazy("не сказано")),
            (RegisterReceipts.AGENT.value, gettext_lazy("кто принял деньги")),
            (RegisterReceipts.SUPPLIER.value, gettext_lazy("бухгалтер на кассе поставщика")),
        ],
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["provider"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", gettext_lazy("разных поставщиков")),
            *((one.code, one.name) for one in providers()),
        ]


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.MONEY)
def sources_list(request: HttpRequest) -> HttpResponse:
    """Every source, and the form to add one or change how it writes (``?code=``)."""
    known = source_by_code(request.GET.get("code", "")[:20])
    form = SourceForm(
        request.POST if request.method == "POST" else None,
        initial=_initial(known, on=timezone.localdate(now_of(request))),
    )

    def act() -> HttpResponse:
        data = form.cleaned_data
        by, now = actor_of(request), now_of(request)
        layout = layout_of({name: data[name] for name in _FIELDS})
        if known is not None and known.code == data["code"]:
            operations.set_layout(code=known.code, layout=layout, now=now, by=by)
        else:
            operations.add_source(
                code=data["code"],
                name=data["name"],
                provider_code=data["provider"],
                layout=layout,
                now=now,
                by=by,
            )
        if data["receipts"]:
            operations.choose_receipts(
                code=data["code"],
                maker=RegisterReceipts(data["receipts"]),
                since=timezone.localdate(now),
                now=now,
                by=by,
            )
        messages.success(request, _("Записано."))
        return redirect("staff-register-sources")

    return answer(
        request,
        "staff/register_sources.html",
        lambda: {
            "form": form,
            "sources": [
                (one, receipts_words(source_receipts(one.code, on=timezone.localdate(now_of(request)))))
                for one in sources()
            ],
            "known": known,
        },
        form=form,
        act=act,
        explain=explain,
    )


def _initial(known: SourceView | None, *, on: date) -> dict[str, Any]:
    layout = known.layout if known else PLAIN_LAYOUT
    found: dict[str, Any] = {name: getattr(layout, name) for name in _FIELDS}
    found |= {
        "receipts": (source_receipts(known.code, on=on) if known else RegisterReceipts.UNSAID).value,
        "encoding": layout.encoding or "auto",
        "delimiter": "tab" if layout.delimiter == "\t" else layout.delimiter,
        "columns": ",".join(layout.columns),
    }
    if known is not None:
        found |= {"code": known.code, "name": known.name, "provider": known.provider_code}
    return found


urlpatterns: list[URLPattern] = [
    path("registers/sources/", sources_list, name="staff-register-sources"),
]
