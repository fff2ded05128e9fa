"""«Контрольные показания»: what a controller read off, with the act and its photo."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from svet.accounts.queries import provider_today, shown_address
from svet.accounts.rules import bare_number
from svet.billing.operations.drafts import facts
from svet.files.rules import PhotoRefused
from svet.kernel.refusals import Refused
from svet.look.requests import now_of
from svet.metering import queries, texts
from svet.metering.queries import MeterNotFound, MeterView
from svet.staff.readings.form import Typed, boxes, posted_text, take_photo, typed_values
from svet.staff.shell.desk import Desk, actor_of, deny_as_missing, desk_page
from svet.staff.shell.hands import after_fact, enter_fact
from svet.staff.shell.searching import asked_of, keep_search
from svet.staffing.rules import Permission

FOUND = 20
LONGEST_ACT = 40

DESK = Desk(
    name="controls",
    label=gettext_lazy("Контрольные показания"),
    url="/staff/controls/",
    icon="eye",
    permission=Permission.READINGS,
    letter="k",
)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.READINGS)
def find(request: HttpRequest) -> HttpResponse:
    """Find the meter by its serial or by the account's number."""
    if request.method == "POST":
        return keep_search(request)
    asked = asked_of(request).get("q", "").replace("\0", "").strip()[:30]
    meters = queries.standing_by_number(number=bare_number(asked), limit=FOUND) if asked else []
    found = [(meter, shown_address(meter.account, confirmed=True)) for meter in meters]
    return render(request, "staff/controls.html", {"asked": asked, "meters": found})


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.READINGS)
def enter(request: HttpRequest, meter_public_id: str) -> HttpResponse:
    """The form of one meter, and what was read off it."""
    by = actor_of(request)
    try:
        meter = queries.meter_for(by, public_id=meter_public_id)
    except MeterNotFound:
        deny_as_missing(request, subject="meter", public_id=meter_public_id)
    if request.method != "POST":
        today = provider_today(meter.account.provider, now_of(request))
        return _form(request, meter, Typed(raw={"read_on": today.isoformat()}))
    typed = typed_values(request, meter)
    read_on = typed.day()
    act = posted_text(request, "act_number")[:LONGEST_ACT]
    if not act:
        typed.errors["act_number"] = _("Укажите номер акта: без него показания не докажешь.")
    take_photo(request, typed, by=by)
    if not typed.errors and read_on is not None:
        try:
            entered = enter_fact(
                request,
                account_public_id=meter.account.public_id,
                fact=facts.control_reading(
                    meter.meter_id,
                    values=typed.values,
                    read_on=read_on,
                    act_number=act,
                    photo=typed.photo_public_id,
                ),
                reason="",
                unseen=True,
            )
        except PhotoRefused as refused:
            typed.photo_public_id = ""
            typed.refuse(refused)
        except Refused as refused:
            typed.refuse(refused)
        else:
            said = _("Контрольные показания %(number)s внесены, клиенту сообщили.") % {
                "number": entered.outcome
            }
            return after_fact(request, entered, said=said, to="staff-controls") or redirect(DESK.url)
    return _form(request, meter, typed, status=422)


def _form(request: HttpRequest, meter: MeterView, typed: Typed, *, status: int = 200) -> HttpResponse:
    latest = queries.latest(account_ids=[meter.account_id]).get(meter.meter_id)
    dials = latest.values if latest is not None else ()
    context: dict[str, Any] = {
        "meter": meter,
        "account": meter.account,
        "latest": latest,
        "dials": [(texts.scale_name(each.zone, meter.service), each.value) for each in dials],
        "boxes": boxes(meter, typed.raw, typed.errors),
        "typed": typed,
    }
    return render(request, "staff/control.html", context, status=status)


urlpatterns: list[URLPattern] = [
    path("controls/", find, name="staff-controls"),
    path("controls/<public_id:meter_public_id>/", enter, name="staff-control"),
]
