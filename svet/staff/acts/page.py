"""«Акты»: those that wait for a second signature, and the acts of one account."""

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
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from svet.accounts import queries as account_queries
from svet.billing.operations.drafts import Entered, facts
from svet.kernel.refusals import NotFound, Refused
from svet.kernel.words import explain
from svet.look.formats import numbered
from svet.look.requests import now_of
from svet.metering import queries as metering
from svet.metering.events.acts import ACT_EFFECTS, ACT_NAMES
from svet.metering.operations import acts as operations
from svet.metering.queries.acts import ActEntry, act_by_id, acts_of, waiting_act_count, waiting_acts
from svet.metering.queries.meters import MeterView
from svet.metering.rules.acts import LONGEST_NUMBER, MOST_PERSONS, ActOf, NewAct
from svet.staff.shell.desk import Desk, actor_of, deny_as_missing, desk_page, member_at
from svet.staff.shell.forms import ReasonForm, answer
from svet.staff.shell.hands import after_fact, enter_fact, waiting_of
from svet.staffing.rules import Permission

MOST = 50
_BAD_DAY = gettext_lazy("Введите день так: 31.12.2026.")

DESK = Desk(
    name="acts",
    label=gettext_lazy("Акты"),
    url="/staff/acts/",
    icon="document",
    permission=Permission.TERMS,
    letter="q",
    count=lambda now: waiting_act_count(),
)


def _day(label: Any, *, required: bool, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        error_messages={"invalid": _BAD_DAY, "required": _BAD_DAY},
    )


class ActForm(ReasonForm):
    """A new act: what it says, its document, its days."""

    kind = forms.ChoiceField(label=gettext_lazy("О чём акт"), choices=list(ACT_NAMES.items()))
    meter = forms.ChoiceField(label=gettext_lazy("Прибор учёта"), required=False)
    number = forms.CharField(label=gettext_lazy("Номер акта"), max_length=LONGEST_NUMBER, required=False)
    drawn_on = _day(gettext_lazy("Дата акта"), required=True)
    since = _day(gettext_lazy("С какого дня"), required=True)
    until = _day(
        gettext_lazy("До какого дня"),
        required=False,
        help_text=gettext_lazy("С этого дня всё снова как обычно. Пусто — пока не закончено."),
    )
    persons = forms.IntegerField(
        label=gettext_lazy("Скольких не было дома"), min_value=1, max_value=MOST_PERSONS, required=False
    )
    field_order = ["kind", "meter", "number", "drawn_on", "since", "until", "persons", "reason"]

    def __init__(self, *args: Any, meters: list[MeterView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["meter"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", gettext_lazy("весь счёт")),
            *((meter.public_id, numbered(meter.serial)) for meter in meters),
        ]

    def act(self) -> NewAct:
        """What was filled in."""
        data = self.cleaned_data
        return NewAct(
            kind=ActOf(data["kind"]),
            number=data["number"],
            drawn_on=data["drawn_on"],
            since=data["since"],
            until=data["until"],
            persons=data["persons"],
        )


@require_safe
@desk_page(Permission.TERMS)
def queue(request: HttpRequest) -> HttpResponse:
    """Acts that count when a second member of the staff has signed."""
    rows = [_row(request, act) for act in waiting_acts(limit=MOST)]
    return render(request, "staff/acts.html", {"rows": rows, "waiting": waiting_act_count()})


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.TERMS)
def account(request: HttpRequest, account_public_id: str) -> HttpResponse:
    """The acts of one account, and a new one."""
    try:
        row = account_queries.account_for(actor_of(request), public_id=account_public_id)
    except NotFound:
        deny_as_missing(request, subject="account", public_id=account_public_id)
    meters = list(metering.meters_of(account_ids=[row.account_id], standing_only=False))
    today = account_queries.provider_today(row.provider, now_of(request))
    form = ActForm(
        request.POST if request.method == "POST" else None,
        meters=meters,
        initial={"drawn_on": today, "since": today},
    )

    seen: list[Entered] = []

    def act() -> HttpResponse | None:
        entered = enter_fact(
            request,
            account_public_id=account_public_id,
            fact=facts.office_act(form.act(), meter_public_id=form.cleaned_data["meter"]),
            reason=form.cleaned_data["reason"],
        )
        seen.append(entered)
        said = _("Акт записан.")
        return after_fact(request, entered, said=said, to="staff-account-acts", key=account_public_id)

    return answer(
        request,
        "staff/account_acts.html",
        lambda: {
            "account": row,
            "form": form,
            "entered": seen[0] if seen else None,
            "waiting": waiting_of(request, row.account_id),
            "rows": [_row(request, each) for each in acts_of(account_id=row.account_id)],
        },
        form=form,
        act=act,
        explain=explain,
    )


@require_POST
@desk_page(Permission.TERMS)
def decide(request: HttpRequest, act_public_id: str, verb: str) -> HttpResponse:
    """Sign an act, give it its end by another document, or take it back for a reason."""
    by, now = actor_of(request), now_of(request)
    known = act_by_id(act_public_id)
    if known is None:
        deny_as_missing(request, subject="act", public_id=act_public_id)
    page = "staff-account-acts", known.account_public_id
    reason, said = request.POST.get("reason", ""), _("Записано.")
    try:
        if verb == "sign":
            operations.sign_act(by=by, act_public_id=act_public_id, now=now)
            messages.success(request, said)
            return redirect(*page)
        if verb == "withdraw":
            fact = facts.act_gone(act_public_id)
        else:
            form = EndForm(request.POST)
            if not form.is_valid():
                messages.error(request, str(_BAD_DAY))
                return redirect(*page)
            fact, reason = facts.act_end(act_public_id, **form.cleaned_data), ""
        entered = enter_fact(
            request, account_public_id=known.account_public_id, fact=fact, reason=reason, unseen=True
        )
    except NotFound:
        deny_as_missing(request, subject="act", public_id=act_public_id)
    except Refused as refused:
        messages.error(request, explain(refused))
        return redirect(*page)
    return after_fact(request, entered, said=said, to=page[0], key=page[1]) or redirect(*page)


class EndForm(forms.Form):
    """The second document: its number, and the first day that is usual again."""

    number = forms.CharField(max_length=LONGEST_NUMBER * 2, required=False)
    on = _day("", required=True)


def _row(request: HttpRequest, act: ActEntry) -> dict[str, Any]:
    mine = act.by_id == member_at(request).person_id
    return {
        "act": act,
        "name": ACT_NAMES[act.kind],
        "effect": ACT_EFFECTS[act.kind],
        "waits": act.signed_at is None and act.gone_at is None,
        "may_sign": act.signed_at is None and act.gone_at is None and not mine,
        "may_end": act.until is None and act.gone_at is None,
        "may_withdraw": act.gone_at is None,
        "corrected": act.gone_at is not None and not act.gone_reason,
    }


urlpatterns: list[URLPattern] = [
    path("acts/", queue, name="staff-acts"),
    path("acts/<public_id:act_public_id>/sign/", decide, {"verb": "sign"}, name="staff-act-sign"),
    path("acts/<public_id:act_public_id>/end/", decide, {"verb": "end"}, name="staff-act-end"),
    path("acts/<public_id:act_public_id>/withdraw/", decide, {"verb": "withdraw"}, name="staff-act-withdraw"),
    path("accounts/<public_id:account_public_id>/acts/", account, name="staff-account-acts"),
]
