"""The customer's addresses: every page module brings its own, this file only puts them in order."""

from __future__ import annotations

from django.urls.resolvers import URLPattern, URLResolver

from svet.cabinet.accounts import page as accounts_page
from svet.cabinet.bills import charges, checking, consumption, tariffs, what_if
from svet.cabinet.bills import page as bills_page
from svet.cabinet.entrance import page as entrance_page
from svet.cabinet.help import appeals
from svet.cabinet.help import page as help_page
from svet.cabinet.history import page as history_page
from svet.cabinet.outages import page as outages_page
from svet.cabinet.payment import asking, autopay, back, binding, instalments, move, promise
from svet.cabinet.payment import cards as payment_cards
from svet.cabinet.payment import page as payment_page
from svet.cabinet.profile import page as profile_page
from svet.cabinet.readings import offline_queue, quick
from svet.cabinet.readings import page as readings_page
from svet.cabinet.shell import bell, home, language, offline, robots, showcase
from svet.cabinet.today import page as today_page
from svet.cabinet.usage import page as usage_page

urlpatterns: list[URLPattern | URLResolver] = [
    *home.urlpatterns,
    *today_page.urlpatterns,
    *entrance_page.urlpatterns,
    *accounts_page.urlpatterns,
    *quick.urlpatterns,
    *offline_queue.urlpatterns,
    *readings_page.urlpatterns,
    *payment_page.urlpatterns,
    *payment_cards.urlpatterns,
    *binding.urlpatterns,
    *autopay.urlpatterns,
    *asking.urlpatterns,
    *back.urlpatterns,
    *move.urlpatterns,
    *promise.urlpatterns,
    *instalments.urlpatterns,
    *history_page.urlpatterns,
    *bills_page.urlpatterns,
    *charges.urlpatterns,
    *checking.urlpatterns,
    *consumption.urlpatterns,
    *what_if.urlpatterns,
    *usage_page.urlpatterns,
    *profile_page.urlpatterns,
    *help_page.urlpatterns,
    *outages_page.urlpatterns,
    *appeals.urlpatterns,
    *tariffs.urlpatterns,
    *bell.urlpatterns,
    *language.urlpatterns,
    *robots.urlpatterns,
    *offline.urlpatterns,
    *showcase.urlpatterns,
]
