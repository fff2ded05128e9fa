"""The customer's addresses: every page module brings its own, this file only puts them in order."""

from __future__ import annotations

from django.urls.resolvers import URLPattern, URLResolver

from svet.cabinet import (
    appeals,
    bell,
    bills,
    entrance,
    help,  # the page is called «Помощь»: the built-in is not needed here
    history,
    home,
    language,
    offline,
    payment,
    payment_cards,
    profile,
    readings,
    readings_kept,
    robots,
    showcase,
    subscribers,
    tariffs,
)

urlpatterns: list[URLPattern | URLResolver] = [
    *home.urlpatterns,
    *entrance.urlpatterns,
    *subscribers.urlpatterns,
    *readings_kept.urlpatterns,
    *readings.urlpatterns,
    *payment.urlpatterns,
    *payment_cards.urlpatterns,
    *history.urlpatterns,
    *bills.urlpatterns,
    *profile.urlpatterns,
    *help.urlpatterns,
    *appeals.urlpatterns,
    *tariffs.urlpatterns,
    *bell.urlpatterns,
    *language.urlpatterns,
    *robots.urlpatterns,
    *offline.urlpatterns,
    *showcase.urlpatterns,
]
