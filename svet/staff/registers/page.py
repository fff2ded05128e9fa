"""«Реестры»: load a register of payments, see what would become of it, take it or throw it away."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from svet.exchange import operations, queries
from svet.exchange.queries import LoadedView
from svet.kernel.refusals import Refused
from svet.kernel.words import explain
from svet.look.forms import Form
from svet.look.requests import now_of
from svet.payments.queries.suspense import sources
from svet.staff.registers import sources as sources_page
from svet.staff.shell.desk import Desk, actor_of, deny_as_missing, desk_page
from svet.staff.shell.forms import answer
from svet.staffing.rules import Permission

MOST = 50
DESK = Desk(
    name="registers",
    label=gettext_lazy("Реестры"),
    url="/staff/registers/",
    icon="document",
    permission=Permission.MONEY,
    letter="f",
    count=lambda now: queries.loaded_waiting(),
)
_OUTCOMES = {
    "applied": gettext_lazy("На лицевые счета"),
    "suspense": gettext_lazy("В невыясненные"),
    "repeated": gettext_lazy("Уже были"),
    "changed": gettext_lazy("Ждут решения в «Деньгах»"),
    "rejected": gettext_lazy("С ошибками, не зачисляются"),
}
_STATES = {
    "judging": ("info", gettext_lazy("читаем")),
    "judged": ("warning", gettext_lazy("ждёт решения")),
    "held": ("warning", gettext_lazy("не сходится")),
    "refused": ("danger", gettext_lazy("не принят")),
    "taking": ("info", gettext_lazy("зачисляем")),
    "taken": ("success", gettext_lazy("зачислен")),
    "thrown": ("neutral", gettext_lazy("отброшен")),
}


class LoadForm(Form):
    """A file and the source it came from."""

    source = forms.ChoiceField(label=gettext_lazy("Кто прислал"), required=False)
    file = forms.FileField(
        label=gettext_lazy("Файл реестра"),
        help_text=gettext_lazy("CSV или TXT. Сначала покажем, что с ним станет, ничего не зачисляя."),
        error_messages={
            "required": gettext_lazy("Выберите файл."),
            "empty": gettext_lazy("Файл пуст."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["source"]
        assert isinstance(field, forms.ChoiceField)
        named = [(one.code, one.name) for one in sources()]
        field.choices = [("", gettext_lazy("Не назван")), *named]


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.MONEY)
def registers(request: HttpRequest) -> HttpResponse:
    """The registers that wait, those taken, and the form for a new one."""
    posted = request.method == "POST"
    form = LoadForm(request.POST if posted else None, request.FILES if posted else None)

    def act() -> HttpResponse:
        file = form.cleaned_data["file"]
        public_id = operations.load_file(
            name=file.name,
            content=file.file,
            source=form.cleaned_data["source"],
            by=actor_of(request),
            now=now_of(request),
        )
        return redirect("staff-register", public_id)

    return answer(
        request,
        "staff/registers.html",
        lambda: {
            "form": form,
            "loaded": [_shown(one) for one in queries.loaded_files(limit=MOST)],
            "taken": queries.taken_files(limit=MOST),
            "most": MOST,
        },
        form=form,
        act=act,
        explain=explain,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.MONEY)
def register(request: HttpRequest, loaded_public_id: str) -> HttpResponse:
    """One register: what would become of its rows, or became; take it, take it in part, throw it away."""
    loaded = queries.loaded_file(loaded_public_id)
    if loaded is None:
        deny_as_missing(request, subject="loaded_register", public_id=loaded_public_id)
    error = ""
    if request.method == "POST":
        try:
            _decide(request, loaded)
        except Refused as refused:
            error = explain(refused)
        else:
            return redirect("staff-register", loaded_public_id)
        loaded = queries.loaded_file(loaded_public_id) or loaded
    another = operations.waits_for_another(
        public_id=loaded_public_id, by=actor_of(request), now=now_of(request)
    )
    context = {
        "one": _shown(loaded),
        "another": another,
        "error": error,
        "lines": request.POST.get("lines", _bad_lines(loaded)),
    }
    return render(request, "staff/register.html", context, status=409 if error else 200)


def _decide(request: HttpRequest, loaded: LoadedView) -> None:
    by, now, act = actor_of(request), now_of(request), request.POST.get("act", "")
    if act == "throw":
        operations.throw_file(public_id=loaded.public_id, by=by, now=now)
        messages.success(request, _("Реестр отброшен."))
    elif act in ("take", "without"):
        lines = operations.lines_of(request.POST.get("lines", "")) if act == "without" else ()
        operations.decide_file(
            public_id=loaded.public_id, by=by, now=now, without=lines, despite=loaded.state == "held"
        )


def _bad_lines(loaded: LoadedView) -> str:
    return ", ".join(map(str, loaded.verdict.get("bad", ())))


def _shown(loaded: LoadedView) -> dict[str, Any]:
    kind, words = _STATES[loaded.state]
    verdict = loaded.verdict
    return {
        "view": loaded,
        "kind": kind,
        "state": words,
        "open": loaded.state in ("judged", "held"),
        "busy": loaded.state in ("judging", "taking"),
        "refusal": verdict.get("refusal", ""),
        "rows": verdict.get("rows"),
        "outcomes": [
            (words, *verdict["outcomes"][state])
            for state, words in _OUTCOMES.items()
            if state in verdict.get("outcomes", {})
        ],
        "faults": verdict.get("faults", ()),
        "more": verdict.get("more", 0),
    }


@require_safe
@desk_page(Permission.MONEY)
def rejects(request: HttpRequest, loaded_public_id: str) -> HttpResponse:
    """The rows that were not taken, as a register to be mended and loaded again."""
    loaded = queries.loaded_file(loaded_public_id)
    if loaded is None:
        deny_as_missing(request, subject="loaded_register", public_id=loaded_public_id)
    content = queries.rejects_of(loaded_public_id)
    if not content:
        raise Http404
    return HttpResponse(
        content,
        content_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="rejects-{loaded.number[2:]}.txt"'},
    )


urlpatterns: list[URLPattern] = [
    path("registers/", registers, name="staff-registers"),
    *sources_page.urlpatterns,
    path("registers/<public_id:loaded_public_id>/", register, name="staff-register"),
    path("registers/<public_id:loaded_public_id>/rejects/", rejects, name="staff-register-rejects"),
]
