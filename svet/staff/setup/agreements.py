"""The texts people agree to: what is in force, and a new version, seen first as people will read it."""

from __future__ import annotations

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
from svet.look.formats import number
from svet.look.forms import Form
from svet.look.requests import now_of
from svet.people.queries.agreements import agreed_count
from svet.setup.operations import desk
from svet.setup.rules import SetupReason, SetupRefused, Text, mark_of
from svet.site.queries import AgreementView, coming_agreement, current_agreement
from svet.site.rules import AgreementKind, blocks
from svet.staff.setup.sections import ROOT
from svet.staff.shell.desk import actor_of, deny_as_missing, desk_page
from svet.staff.shell.forms import answer
from svet.staffing.rules import Permission


class TextForm(Form):
    """The next version of a text; ``shown`` is the mark of the text that was previewed."""

    title = forms.CharField(label=gettext_lazy("Заголовок"), required=False, max_length=190)
    body = forms.CharField(
        label=gettext_lazy("Текст"),
        help_text=gettext_lazy("Пустая строка начинает абзац, «## » — подзаголовок, «- » — пункт списка."),
        required=False,
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 20}),
    )

    day = forms.DateField(
        label=gettext_lazy("Действует с"),
        help_text=gettext_lazy("Пусто — с этой минуты. Заранее — не больше чем на год."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Введите день так: 31.12.2026.")},
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
    )

    @property
    def text(self) -> Text:
        """What was typed, with line ends of one kind."""
        body = "\n".join(line.rstrip() for line in self.cleaned_data["body"].splitlines())
        return Text(" ".join(self.cleaned_data["title"].split()), body.strip(), self.cleaned_data["day"])


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.SETUP)
def agreement(request: HttpRequest, kind: str) -> HttpResponse:
    """One text: what holds, the form, and after a look at it the button that publishes."""
    if kind not in [each.value for each in AgreementKind]:
        deny_as_missing(request, subject="agreement", public_id=kind)
    chosen = AgreementKind(kind)
    today = timezone.localdate(now_of(request))
    standing = current_agreement(kind=chosen, today=today)
    form = TextForm(
        request.POST if request.method == "POST" else None,
        initial={"title": standing.title, "body": standing.body},
    )

    if request.method == "POST" and "take_back" in request.POST:
        return _take_back(request, chosen)

    def act() -> HttpResponse | None:
        if request.POST.get("shown") != _mark(form.text):
            return None
        version = desk.publish_text(
            kind=chosen,
            text=form.text,
            seen=_number(request.POST.get("seen", "")),
            by=actor_of(request),
            now=now_of(request),
        )
        holds_on = form.text.day
        said = (
            _("Опубликована версия %(version)s: она уже действует.")
            if holds_on is None or holds_on <= today
            else _("Опубликована версия %(version)s: она вступит в силу в назначенный день.")
        )
        messages.success(request, said % {"version": version})
        return redirect(ROOT)

    def context() -> dict[str, Any]:
        return _context(request, form, current_agreement(kind=chosen, today=today))

    return answer(request, "staff/setup_agreement.html", context, form=form, act=act, explain=words.explain)


def _take_back(request: HttpRequest, kind: AgreementKind) -> HttpResponse:
    version = request.POST.get("take_back", "")
    try:
        desk.take_text_back(kind=kind, version=_number(version), by=actor_of(request), now=now_of(request))
    except SetupRefused as refused:
        messages.warning(request, words.explain(refused))
    else:
        messages.success(
            request, _("Версия %(version)s отозвана: о ней никого не спросят.") % {"version": version}
        )
    return redirect("staff-setup-agreement", kind.value)


def _number(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else 0


def _mark(text: Text) -> str:
    return mark_of({"title": text.title, "body": text.body, "day": str(text.day or "")})


def _context(request: HttpRequest, form: TextForm, standing: AgreementView) -> dict[str, Any]:
    seen = str(standing.version)
    stale = form.refused is not None and form.refused.reason is SetupReason.CHANGED_MEANWHILE
    context: dict[str, Any] = {
        "form": form,
        "standing": standing,
        "seen": seen if stale or not form.is_bound else request.POST.get("seen", ""),
        "stale": stale,
        "coming": coming_agreement(kind=standing.kind, today=timezone.localdate(now_of(request))),
    }
    if form.is_bound and (not form.errors or stale):
        text = form.text
        context |= {
            "text": text,
            "blocks": blocks(text.body),
            "shown": _mark(text),
            "asked": number(agreed_count(standing.kind)),
        }
    return context


urlpatterns: list[URLPattern] = [
    path("setup/agreements/<slug:kind>/", agreement, name="staff-setup-agreement")
]
