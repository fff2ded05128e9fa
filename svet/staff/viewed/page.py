"""«Кто что открывал»: which member of the staff opened which customer's account, and when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from svet.accounts.queries import finding
from svet.accounts.rules import bare_number
from svet.journal import queries as journal
from svet.look.forms import Form
from svet.look.requests import now_of
from svet.staff.shell.desk import Desk, desk_page
from svet.staff.shell.searching import asked_of, keep_search
from svet.staffing import queries
from svet.staffing.rules import Permission

DESK = Desk(
    name="viewed",
    label=gettext_lazy("Кто что открывал"),
    url="/staff/viewed/",
    icon="eye",
    permission=Permission.VIEW_LOG,
    letter="v",
)
_PAGE = 100
_DAY = timedelta(days=1)


class ViewLogFilterForm(Form):
    """Whose looks, at which account, on which day."""

    member = forms.ChoiceField(required=False, label=gettext_lazy("Сотрудник"))
    account = forms.CharField(required=False, max_length=40, label=gettext_lazy("Лицевой счёт"))
    on = forms.DateField(
        required=False,
        label=gettext_lazy("День"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, members: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].choices = [("", gettext_lazy("Все")), *members]  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.VIEW_LOG)
def viewed(request: HttpRequest) -> HttpResponse:
    """The newest looks of the filter; above them who opened how many accounts in the last 24 hours."""
    if request.method == "POST":
        return keep_search(request)
    known = {one.person_id: one for one in queries.members()}
    by_id = {one.public_id: one for one in known.values()}
    form = ViewLogFilterForm(
        asked_of(request) or None, members=[(one.public_id, one.name) for one in by_id.values()]
    )
    given: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    member = by_id.get(given.get("member", ""))
    number = bare_number(str(given.get("account", "")))
    account_ids = finding.by_number(number) if number else None
    since, until = _day(given.get("on"))
    rows = journal.views_of_accounts(
        person_id=None if member is None else member.person_id,
        account_ids=account_ids,
        since=since,
        until=until,
        limit=_PAGE + 1,
    )
    accounts = finding.numbers_of({row.account_id for row in rows if row.account_id})
    counts = journal.viewers(since=now_of(request) - _DAY)
    return render(
        request,
        "staff/viewed.html",
        {
            "form": form,
            "rows": [
                {"entry": row, "account": accounts.get(row.account_id or 0, "—")} for row in rows[:_PAGE]
            ],
            "counts": [
                (known[person_id].name if person_id in known else "—", count) for person_id, count in counts
            ],
            "full": len(rows) > _PAGE,
        },
    )


def _day(on: Any) -> tuple[datetime | None, datetime | None]:
    """The local day as two moments."""
    if on is None:
        return None, None
    zone = timezone.get_current_timezone()
    begins = datetime(on.year, on.month, on.day, tzinfo=zone)
    after = on + _DAY
    return begins, datetime(after.year, after.month, after.day, tzinfo=zone)


urlpatterns: list[URLPattern] = [path("viewed/", viewed, name="staff-viewed")]
