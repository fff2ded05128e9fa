"""Every address of the desks, under ``/staff/``."""

from __future__ import annotations

from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from svet.staff.entrance import page as entrance_page
from svet.staff.entrance import password, sign_in_service
from svet.staff.menu import home
from svet.staff.menu.desks import MODULES
from svet.staff.meters import page as meters_page
from svet.staff.terms import ended as ended_page
from svet.staff.terms import ending as ending_page
from svet.staff.terms import page as terms_page

urlpatterns: list[URLPattern | URLResolver] = [
    path(
        "staff/",
        include(
            [
                *home.urlpatterns,
                *entrance_page.urlpatterns,
                *sign_in_service.urlpatterns,
                *password.urlpatterns,
                *meters_page.urlpatterns,
                *terms_page.urlpatterns,
                *ending_page.urlpatterns,
                *ended_page.urlpatterns,
                *(pattern for module in MODULES for pattern in module.urlpatterns),
            ]
        ),
    ),
]
