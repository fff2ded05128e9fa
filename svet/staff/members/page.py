"""«Сотрудники»: who may do what; roles, ends and returns, each with its reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from svet.kernel.refusals import Refused
from svet.look.requests import now_of
from svet.people.rules.names import FullName
from svet.staff.shell.desk import Desk, actor_of, deny_as_missing, desk_page, member_at
from svet.staff.shell.forms import ReasonForm, answer
from svet.staffing import operations as staffing
from svet.staffing import queries, texts
from svet.staffing.rules import ROLES, Permission, Role, StaffReason

DESK = Desk(
    name="members",
    label=gettext_lazy("Сотрудники"),
    url="/staff/members/",
    icon="people",
    permission=Permission.MEMBERS,
    letter="m",
)


class MemberForm(ReasonForm):
    """A new member."""

    last_name = forms.CharField(required=False, label=gettext_lazy("Фамилия"))
    first_name = forms.CharField(required=False, label=gettext_lazy("Имя"))
    patronymic = forms.CharField(required=False, label=gettext_lazy("Отчество"))
    phone = forms.CharField(required=False, strip=False, label=gettext_lazy("Рабочий телефон"))
    password = forms.CharField(
        required=False,
        strip=False,
        label=gettext_lazy("Первый пароль"),
        widget=forms.PasswordInput(render_value=False),
    )
    role = forms.ChoiceField(label=gettext_lazy("Роль"), choices=list(texts.ROLES.items()))

    @property
    def name(self) -> FullName:
        """The name as it was typed."""
        return FullName(
            first_name=self.cleaned_data["first_name"],
            patronymic=self.cleaned_data["patronymic"],
            last_name=self.cleaned_data["last_name"],
        )

    field_order = ["last_name", "first_name", "patronymic", "phone", "password", "role", "reason"]


class RoleForm(ReasonForm):
    """Another role for a member."""

    role = forms.ChoiceField(label=gettext_lazy("Роль"), choices=list(texts.ROLES.items()))

    field_order = ["role", "reason"]


def _shown(request: HttpRequest, *, form: MemberForm | None = None) -> dict[str, Any]:
    return {
        "form": form or MemberForm(),
        "rows": [
            {
                "member": one,
                "role": texts.ROLES[one.role],
                "own": one.person_id == member_at(request).person_id,
                "form": RoleForm(initial={"role": one.role.value}, prefix=one.public_id),
            }
            for one in queries.members()
        ],
        "roles": [
            {
                "name": texts.ROLES[role],
                "may": [texts.PERMISSIONS[each] for each in sorted(may)],
            }
            for role, may in ROLES.items()
        ],
    }


@require_safe
@desk_page(Permission.MEMBERS)
def members(request: HttpRequest) -> HttpResponse:
    """Everybody who is or was of the staff."""
    return render(request, "staff/members.html", _shown(request))


@sensitive_post_parameters("password")
@require_POST
@desk_page(Permission.MEMBERS)
def add(request: HttpRequest) -> HttpResponse:
    """Take somebody on."""
    form = MemberForm(request.POST)

    def act() -> HttpResponse:
        staffing.add_member(
            name=form.name,
            phone=form.cleaned_data["phone"],
            password=form.cleaned_data["password"],
            role=Role(form.cleaned_data["role"]),
            reason=form.cleaned_data["reason"],
            by=actor_of(request),
            now=now_of(request),
        )
        messages.success(request, _("Сотрудник принят. При первом входе он подключит второй фактор."))
        return redirect(DESK.url)

    return answer(request, "staff/members.html", lambda: _shown(request, form=form), form=form, act=act)


@require_POST
@desk_page(Permission.MEMBERS)
def change(request: HttpRequest, public_id: str, verb: str) -> HttpResponse:
    """Another role, the end of a membership, or a return."""
    form = (
        RoleForm(request.POST, prefix=public_id)
        if verb == "role"
        else ReasonForm(request.POST, prefix=public_id)
    )
    if not form.is_valid():
        messages.error(request, _("Не получилось: проверьте роль и причину."))
        return redirect(DESK.url)
    terms: dict[str, Any] = {
        "by": actor_of(request),
        "member_public_id": public_id,
        "reason": form.cleaned_data["reason"],
        "now": now_of(request),
    }
    try:
        if verb == "role":
            staffing.change_role(**terms, role=Role(form.cleaned_data["role"]))
        elif verb == "disable":
            staffing.disable_member(**terms)
        elif verb == "forget-identity":
            staffing.forget_identity(**terms)
        elif verb == "forget-factor":
            staffing.forget_member_factor(**terms)
        else:
            staffing.enable_member(**terms)
    except Refused as refused:
        if refused.reason is StaffReason.NOT_A_MEMBER:
            deny_as_missing(request, subject="staff", public_id=public_id)
        messages.error(request, texts.explain(refused))
    else:
        messages.success(request, _("Сохранено. Рабочие сеансы этого сотрудника закрыты."))
    return redirect(DESK.url)


urlpatterns: list[URLPattern] = [
    path("members/", members, name="staff-members"),
    path("members/new/", add, name="staff-members-new"),
    path("members/<public_id:public_id>/role/", change, {"verb": "role"}, name="staff-member-role"),
    path("members/<public_id:public_id>/disable/", change, {"verb": "disable"}, name="staff-member-disable"),
    path(
        "members/<public_id:public_id>/forget-factor/",
        change,
        {"verb": "forget-factor"},
        name="staff-member-forget-factor",
    ),
    path(
        "members/<public_id:public_id>/forget-identity/",
        change,
        {"verb": "forget-identity"},
        name="staff-member-forget-identity",
    ),
    path("members/<public_id:public_id>/enable/", change, {"verb": "enable"}, name="staff-member-enable"),
]
