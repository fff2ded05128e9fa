"""«Год вашего света»: one past year of an account as a page to read and to print."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountNotFound
from svet.bills.texts import labels
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, now_of, signed_in
from svet.look.formats import NBSP
from svet.usage import texts
from svet.usage.queries import year_alike, year_of
from svet.usage.rules import year_to_look_back_at
from svet.usage.texts import wording


@require_safe
@signed_in
def year_page(request: HttpRequest, public_id: str, year: int) -> HttpResponse:
    """The year's sums, months, the year before, prices, dwellings alike; without a bill it is no page."""
    try:
        card = account_queries.card_of(actor_of(request), account_public_id=public_id)
    except AccountNotFound:
        deny_as_missing(request, subject="account", public_id=public_id)
    today = account_queries.provider_today(card.provider, now_of(request))
    story = year_of(account_id=card.account_id, year=year, on=today)
    if story is None:
        raise Http404
    beside = year_alike(actor=actor_of(request), account_id=card.account_id, story=story)
    most = max((each.kwh for each in story.months), default=0) or 1
    return render(
        request,
        "cabinet/usage_year.html",
        {
            "card": card,
            "story": story,
            "sentence": texts.year_sentence(story),
            "recalculated": wording.year_recalculated(story),
            "compared": texts.year_compared(story),
            "months": [
                (
                    labels.month_label(each.month).partition(NBSP)[0],
                    each,
                    max(1, round(each.kwh / most * 100)),
                    wording.recalculated(each),
                )
                for each in story.months
            ],
            "prices": [texts.price_move(each) for each in story.prices],
            "beside": [
                texts.year_beside(beside),
                wording.year_not_compared(beside[1], len(story.months)),
            ]
            if beside is not None
            else [],
        },
    )


def year_told(*, account_id: int, today: date) -> int | None:
    """The year «Потребление» leads to on this day: one whose page there is."""
    year = year_to_look_back_at(today)
    return year if year and year_of(account_id=account_id, year=year, on=today) is not None else None
