"""«Ограничения»: who is held by which limit, until when and what it means; letting go with a reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from svet.kernel.refusals import NotFound, Refused
from svet.limits import queries
from svet.limits.queries import Blocked
from svet.limits.rules import OF_PERSON, LimitName
from svet.limits.texts import MEANINGS
from svet.look import formats
from svet.look.requests import now_of
from svet.metering import queries as metering
from svet.people import queries as people_queries
from svet.staff.shell.desk import Desk, actor_of, deny_as_missing, desk_page, member_at
from svet.staff.shell.forms import ReasonForm
from svet.staffing import operations as staffing
from svet.staffing import texts
from svet.staffing.rules import Permission

DESK = Desk(
    name="limits",
    label=gettext_lazy("Ограничения"),
    url="/staff/limits/",
    icon="lock",
    permission=Permission.LIMITS,
    letter="l",
    count=lambda now: queries.full_count(now=now),
)


@require_safe
@desk_page(Permission.LIMITS)
def limits(request: HttpRequest) -> HttpResponse:
    """Everything that refuses now."""
    rows = queries.blocked(now=now_of(request))
    may_all = Permission.BREAKERS in member_at(request).permissions
    names = _names(rows)
    context = {
        "rows": [
            {
                "held": row,
                "who": names[row.public_id],
                "meaning": MEANINGS.get(row.limit, row.limit.value),
                "form": ReasonForm(prefix=row.public_id) if may_all or not row.shared else None,
            }
            for row in rows
        ],
        "full": len(rows) == queries.MOST,
        "sms": [(one, _sms_text(one)) for one in queries.sms_spending(now=now_of(request))],
    }
    return render(request, "staff/limits.html", context)


@require_POST
@desk_page(Permission.LIMITS)
def unblock(request: HttpRequest, bucket_id: str) -> HttpResponse:
    """Let go, with a reason."""
    form = ReasonForm(request.POST, prefix=bucket_id)
    terms: dict[str, Any] = {
        "by": actor_of(request),
        "permissions": member_at(request).permissions,
        "bucket_id": bucket_id,
        "now": now_of(request),
    }
    try:
        staffing.unblock(**terms, reason=form.cleaned_data["reason"] if form.is_valid() else "")
    except NotFound:
        deny_as_missing(request, subject="limit", public_id=bucket_id)
    except Refused as refused:
        messages.error(request, texts.explain(refused))
    else:
        messages.success(request, _("Ограничение снято. Счёт попыток начинается заново."))
    return redirect(DESK.url)


def _sms_text(one: queries.SmsSpending) -> str:
    name = _("Тем, кто уже входил с этого браузера") if one.known else _("Незнакомым браузерам")
    counted = _("%(spent)s из %(amount)s") % {
        "spent": formats.number(one.spent),
        "amount": formats.number(one.amount),
    }
    if one.cost is None or one.cap is None:
        return f"{name}: {counted}"
    money = _("%(cost)s из %(cap)s") % {"cost": formats.roubles(one.cost), "cap": formats.roubles(one.cap)}
    return f"{name}: {counted}, {money}"


def _names(rows: list[Blocked]) -> dict[str, str]:
    """Whom each bucket holds, in words: inner keys are never shown."""
    phones = people_queries.phones_of(_inner_keys(rows, OF_PERSON))
    serials = metering.serials_of(_inner_keys(rows, {LimitName.READINGS_PER_METER}))
    return {row.public_id: _name(row, phones=phones, serials=serials) for row in rows}


def _inner_keys(rows: list[Blocked], limits: Collection[LimitName]) -> set[int]:
    return {int(row.key) for row in rows if row.limit in limits and row.key.isdigit()}


def _name(row: Blocked, *, phones: Mapping[int, str], serials: Mapping[int, str]) -> str:
    inner = int(row.key) if row.key.isdigit() else 0
    if row.limit in OF_PERSON:
        return formats.phone(phones[inner]) if inner in phones else "—"
    if row.limit is LimitName.READINGS_PER_METER:
        return _("прибор №%(serial)s") % {"serial": serials.get(inner, "—")}
    if row.limit is LimitName.API_PER_TOKEN:
        return _("ключ программы")
    if row.key == "all":
        return _("все")
    if row.key.startswith("+7"):  # a device's bucket is «phone:digest»: the phone is enough
        return formats.phone(row.key.partition(":")[0])
    return row.key


urlpatterns: list[URLPattern] = [
    path("limits/", limits, name="staff-limits"),
    path("limits/<public_id:bucket_id>/unblock/", unblock, name="staff-limit-unblock"),
]
