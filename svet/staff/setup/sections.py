"""The sections of the set-up, each with its form: the retailer, a supplier, its requisites, a new one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from svet.kernel import words
from svet.look.requests import now_of
from svet.setup.operations import desk
from svet.setup.operations.fields import RETAILER, SUPPLIER, Field
from svet.setup.queries import present
from svet.setup.rules import REQUISITES, SetupReason, SetupState
from svet.staff.setup.forms import SectionForm
from svet.staff.shell.desk import actor_of, deny_as_missing, desk_page
from svet.staff.shell.forms import answer
from svet.staffing.rules import Permission

ROOT: Final = "/staff/setup/"
#: What one member changes of a supplier: neither its code nor where money goes; the norm has another desk.
_OWN: Final = [each for each in SUPPLIER if each.key not in ("code", "norm", *REQUISITES)]
_REQUISITES: Final = [each for each in SUPPLIER if each.key in REQUISITES]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One form: its words, its questions, and how what stands is found in the state."""

    title: str
    told: str
    button: str
    asked: Sequence[Field]
    of: Callable[[SetupState], Mapping[str, str]]
    reasoned: bool = False


def _page(request: HttpRequest, section: Section, act: Callable[[SectionForm], None]) -> HttpResponse:
    now = now_of(request)
    form = SectionForm(
        request.POST if request.method == "POST" else None,
        asked=section.asked,
        standing=section.of(present(now=now)),
        reasoned=section.reasoned,
    )

    def done() -> HttpResponse:
        act(form)
        return redirect(ROOT)

    def context() -> dict[str, Any]:
        stale = form.refused is not None and form.refused.reason is SetupReason.CHANGED_MEANWHILE
        differing = form.show_standing(section.of(present(now=now))) if stale else []
        return {"form": form, "section": section, "differing": differing}

    return answer(request, "staff/setup_section.html", context, form=form, act=done, explain=words.explain)


def _say(request: HttpRequest, *, changed: bool) -> None:
    messages.success(request, _("Записано.") if changed else _("Так и было: ничего не изменено."))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.SETUP)
def retailer(request: HttpRequest) -> HttpResponse:
    """Who runs this portal."""
    section = Section(
        title=_("Компания"),
        told=_("Это видят все: страницы, письма и счета меняются сразу."),
        button=_("Записать"),
        asked=RETAILER,
        of=lambda state: state.retailer,
    )

    def act(form: SectionForm) -> None:
        changed = desk.change_retailer(
            wanted=form.answers, seen=form.seen, by=actor_of(request), now=now_of(request)
        )
        _say(request, changed=changed)

    return _page(request, section, act)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.SETUP)
def supplier(request: HttpRequest, code: str) -> HttpResponse:
    """What of a supplier one member changes."""
    name = _name_of(request, code)
    section = Section(
        title=_("Поставщик %(name)s") % {"name": name},
        told=_("Код не меняется. Услугу можно сменить, пока у поставщика нет лицевых счетов."),
        button=_("Записать"),
        asked=_OWN,
        of=lambda state: state.suppliers.get(code, {}),
    )

    def act(form: SectionForm) -> None:
        changed = desk.change_supplier(
            code=code, wanted=form.answers, seen=form.seen, by=actor_of(request), now=now_of(request)
        )
        _say(request, changed=changed)

    return _page(request, section, act)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.SETUP)
def requisites(request: HttpRequest, code: str) -> HttpResponse:
    """Where a supplier's money goes: asked for here, signed by another member."""
    name = _name_of(request, code)
    section = Section(
        title=_("Реквизиты: %(name)s") % {"name": name},
        told=_("На эти реквизиты люди платят. Новые начнут действовать, когда их подпишет другой сотрудник."),
        button=_("Отправить на подпись"),
        asked=_REQUISITES,
        of=lambda state: state.suppliers.get(code, {}),
        reasoned=True,
    )

    def act(form: SectionForm) -> None:
        desk.ask_for_requisites(
            code=code,
            wanted=form.answers,
            seen=form.seen,
            reason=form.cleaned_data["reason"],
            by=actor_of(request),
            now=now_of(request),
        )
        messages.success(request, _("Реквизиты ждут подписи другого сотрудника. До неё действуют прежние."))

    return _page(request, section, act)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.SETUP)
def new_supplier(request: HttpRequest) -> HttpResponse:
    """A supplier that is not there yet."""
    section = Section(
        title=_("Новый поставщик"),
        told=_(
            "Поставщик появится, когда его подпишет другой сотрудник: на его реквизиты пойдут деньги людей."
        ),
        button=_("Отправить на подпись"),
        asked=SUPPLIER,
        of=lambda state: {},
        reasoned=True,
    )

    def act(form: SectionForm) -> None:
        desk.ask_for_supplier(
            wanted=form.answers,
            reason=form.cleaned_data["reason"],
            by=actor_of(request),
            now=now_of(request),
        )
        messages.success(request, _("Поставщик ждёт подписи другого сотрудника."))

    return _page(request, section, act)


def _name_of(request: HttpRequest, code: str) -> str:
    """The name of the supplier an address names. :raises Http404: there is none"""
    found = present(now=now_of(request)).suppliers.get(code)
    if found is None:
        deny_as_missing(request, subject="provider", public_id=code)
    return found["name"]


urlpatterns: list[URLPattern] = [
    path("setup/retailer/", retailer, name="staff-setup-retailer"),
    path("setup/suppliers/", new_supplier, name="staff-setup-supplier-new"),
    path("setup/suppliers/<slug:code>/", supplier, name="staff-setup-supplier"),
    path("setup/suppliers/<slug:code>/requisites/", requisites, name="staff-setup-requisites"),
]
