"""The texts people agree to: what is in force, and a new version, seen first as people will read it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from svet.kernel import words
from svet.look.formats import number
from svet.look.forms import Form
from svet.look.requests import now_of
from svet.people.queries.agreements import agreed_count
from svet.setup.operations import desk
from svet.setup.rules import SetupReason, Text, mark_of
from svet.site.queries import AgreementView, current_agreement
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

    @property
    def text(self) -> Text:
        """What was typed, with line ends of one kind."""
        body = "\n".join(line.rstrip() for line in self.cleaned_data["body"].splitlines())
        return Text(" ".join(self.cleaned_data["title"].split()), body.strip())


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.SETUP)
def agreement(request: HttpRequest, kind: str) -> HttpResponse:
    """One text: what holds, the form, and after a look at it the button that publishes."""
    if kind not in [each.value for each in AgreementKind]:
        deny_as_missing(request, subject="agreement", public_id=kind)
    chosen = AgreementKind(kind)
    standing = current_agreement(kind=chosen)
    form = TextForm(
        request.POST if request.method == "POST" else None,
        initial={"title": standing.title, "body": standing.body},
    )

    def act() -> HttpResponse | None:
        if request.POST.get("shown") != _mark(form.text):
            return None
        seen = request.POST.get("seen", "")
        version = desk.publish_text(
            kind=chosen,
            text=form.text,
            seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else 0,
            by=actor_of(request),
            now=now_of(request),
        )
        messages.success(
            request, _("Опубликована версия %(version)s: она уже действует.") % {"version": version}
        )
        return redirect(ROOT)

    def context() -> dict[str, Any]:
        return _context(request, form, current_agreement(kind=chosen))

    return answer(request, "staff/setup_agreement.html", context, form=form, act=act, explain=words.explain)


def _mark(text: Text) -> str:
    return mark_of({"title": text.title, "body": text.body})


def _context(request: HttpRequest, form: TextForm, standing: AgreementView) -> dict[str, Any]:
    seen = str(standing.version)
    stale = form.refused is not None and form.refused.reason is SetupReason.CHANGED_MEANWHILE
    context: dict[str, Any] = {
        "form": form,
        "standing": standing,
        "seen": seen if stale or not form.is_bound else request.POST.get("seen", ""),
        "stale": stale,
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
