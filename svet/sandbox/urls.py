"""Addresses under /sandbox/: installed in demonstrations only."""

from __future__ import annotations

from django.urls import path
from django.urls.resolvers import URLPattern

from svet.sandbox import pages, troubles

urlpatterns: list[URLPattern] = [
    path("", pages.start, name="sandbox"),
    path("phone/", pages.phone, name="sandbox-phone"),
    path("phone/send/", pages.send_sms, name="sandbox-phone-send"),
    path("messenger/", pages.messenger, name="sandbox-messenger"),
    path("messenger/act/", pages.use_messenger, name="sandbox-messenger-act"),
    path("messenger.json", pages.messenger_json, name="sandbox-messenger-json"),
    path("mail/", pages.mail, name="sandbox-mail"),
    path("mail/<int:letter>/<int:index>/", pages.attachment, name="sandbox-attachment"),
    path("bank/", pages.bank, name="sandbox-bank"),
    path("bank/refund/", pages.give_back, name="sandbox-refund"),
    path("bank/trouble/", troubles.order, name="sandbox-trouble"),
    path("phone.json", pages.phone_json, name="sandbox-phone-json"),
    path("mail.json", pages.mail_json, name="sandbox-mail-json"),
    path("town.json", pages.town_json, name="sandbox-town-json"),
]
