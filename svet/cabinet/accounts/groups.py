"""Groups of «Абоненты и группы»: making, naming, moving, dropping."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from svet.accounts import operations, queries, texts
from svet.accounts.queries import household
from svet.cabinet.accounts.forms import NameForm
from svet.cabinet.accounts.view import ROWS_FROM, group_pages
from svet.cabinet.shell.forms import add_refusal
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, now_of, person_of, signed_in
from svet.cabinet.shell.slices import asked_start, part_of
from svet.kernel.refusals import NotFound, Refused


def _list(request: HttpRequest, *, form: NameForm, status: int = 200) -> HttpResponse:
    groups = queries.cabinet(person_of(request).person_id)
    listed = [card for group in groups for card in group.cards]
    part = part_of(listed, [card.account_id for card in listed], start=asked_start(request))
    context = {
        "groups": group_pages(request, groups, drawn=part),
        "part": part,
        "empty": not listed,
        "as_rows": len(listed) >= ROWS_FROM,
        "form": form,
        "invitations": household.invitations_to(actor_of(request), now=now_of(request)),
    }
    return render(request, "cabinet/accounts.html", context, status=status)


@require_safe
@signed_in
def accounts(request: HttpRequest) -> HttpResponse:
    """Groups, accounts in them, and the passports of their meters."""
    return _list(request, form=NameForm())


@require_POST
@signed_in
def group_new(request: HttpRequest) -> HttpResponse:
    """Make a group."""
    form = NameForm(request.POST)
    if not form.is_valid():
        return _list(request, form=form, status=422)
    try:
        group = operations.create_group(by=actor_of(request), name=form.cleaned_data["name"])
    except Refused as refused:
        add_refusal(form, refused, texts.explain(refused))
        return _list(request, form=form, status=422)
    messages.success(request, _("Группа «%(name)s» создана.") % {"name": group.name})
    return redirect("accounts")


def _of_group(
    request: HttpRequest, group_public_id: str, act: Callable[[], object], done: str
) -> HttpResponseRedirect:
    try:
        act()
    except NotFound:
        deny_as_missing(request, subject="group", public_id=group_public_id)
    except Refused as refused:
        messages.error(request, texts.explain(refused))
    else:
        if done:
            messages.success(request, done)
    return redirect("accounts")


@require_POST
@signed_in
def group_rename(request: HttpRequest, group_public_id: str) -> HttpResponse:
    """Give a group another name."""
    form = NameForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["name"][0]))
        return redirect("accounts")
    name = form.cleaned_data["name"]
    by = actor_of(request)
    return _of_group(
        request,
        group_public_id,
        lambda: operations.rename_group(by=by, group_public_id=group_public_id, name=name),
        _("Группа переименована."),
    )


@require_POST
@signed_in
def group_delete(request: HttpRequest, group_public_id: str) -> HttpResponse:
    """Drop a group; its accounts move to the default one."""
    by = actor_of(request)
    return _of_group(
        request,
        group_public_id,
        lambda: operations.delete_group(by=by, group_public_id=group_public_id),
        _("Группа удалена, абоненты перешли в основную группу."),
    )


@require_POST
@signed_in
def group_move(request: HttpRequest, group_public_id: str) -> HttpResponse:
    """Move a group up or down."""
    by = actor_of(request)
    up = request.POST.get("to") == "up"
    return _of_group(
        request,
        group_public_id,
        lambda: operations.move_group(by=by, group_public_id=group_public_id, up=up),
        "",
    )


@require_POST
@signed_in
def group_fold(request: HttpRequest, group_public_id: str) -> HttpResponse:
    """Keep a group folded or open on every page."""
    by = actor_of(request)
    folded = request.POST.get("folded") == "yes"
    return _of_group(
        request,
        group_public_id,
        lambda: operations.fold_group(by=by, group_public_id=group_public_id, folded=folded),
        "",
    )


urlpatterns: list[URLPattern] = [
    path("accounts/", accounts, name="accounts"),
    path("groups/new/", group_new, name="group-new"),
    path("groups/<public_id:group_public_id>/rename/", group_rename, name="group-rename"),
    path("groups/<public_id:group_public_id>/delete/", group_delete, name="group-delete"),
    path("groups/<public_id:group_public_id>/fold/", group_fold, name="group-fold"),
    path("groups/<public_id:group_public_id>/move/", group_move, name="group-move"),
]
