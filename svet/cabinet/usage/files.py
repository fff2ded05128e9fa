"""The months of an account as files: a table for a spreadsheet, a feed for what reads Green Button."""

from __future__ import annotations

import csv
from decimal import Decimal
from io import StringIO
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountCard, AccountNotFound
from svet.bills.texts import labels
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, now_of, signed_in
from svet.cabinet.usage.espi import green_button
from svet.kernel.writing import plain_number
from svet.usage.queries import story_of


@require_safe
@signed_in
def usage_csv(request: HttpRequest, public_id: str) -> HttpResponse:
    """The months as a table: semicolons, decimal commas, a byte order mark."""
    card = _card(request, public_id)
    story = story_of(account_id=card.account_id)
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(
        [
            _("Месяц"),
            *(_("%(zone)s, кВт·ч") % {"zone": labels.zone_label(zone)} for zone in story.zones),
            _("Расход, кВт·ч"),
            _("Дней"),
            _("Не по показаниям, кВт·ч"),
            _("За расход, ₽"),
            _("Общедомовые нужды, ₽"),
            _("Перерасчёт, ₽"),
            _("Сумма по решению, ₽"),
            _("Сумма, ₽"),
        ]
    )
    for each in story.months:
        kwh = [each.of_zone(zone).kwh for zone in story.zones]
        sums = (each.own, each.house, each.corrected, each.decided, each.kopecks)
        writer.writerow(
            [
                str(each.month),
                *(_number(value) for value in (*kwh, each.kwh)),
                each.days or "",
                _number(each.estimated),
                *(f"{Decimal(kopecks) / 100:.2f}".replace(".", ",") for kopecks in sums),
            ]
        )
    return HttpResponse(
        text.getvalue().encode("utf-8-sig"),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="usage-{card.number}.csv"'},
    )


@require_safe
@signed_in
def usage_xml(request: HttpRequest, public_id: str) -> HttpResponse:
    """The months as they stand after all corrections, as a Green Button file."""
    card = _card(request, public_id)
    story = story_of(account_id=card.account_id)
    content = green_button(
        story,
        account=card.public_id,
        names={zone: str(labels.zone_label(zone)) for zone in story.zones},
        zone=ZoneInfo(card.provider.time_zone),
        now=now_of(request),
    )
    return HttpResponse(
        content,
        content_type="application/atom+xml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="usage-{card.number}.xml"'},
    )


def _number(value: Decimal) -> str:
    return plain_number(value).replace(".", ",")


def _card(request: HttpRequest, public_id: str) -> AccountCard:
    try:
        return account_queries.card_of(actor_of(request), account_public_id=public_id)
    except AccountNotFound:
        deny_as_missing(request, subject="account", public_id=public_id)


urlpatterns: list[URLPattern] = [
    path("accounts/<public_id:public_id>/usage.csv", usage_csv, name="usage-csv"),
    path("accounts/<public_id:public_id>/usage.xml", usage_xml, name="usage-xml"),
]
