"""What of the set-up is still missing before people can be served, and where it is entered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from svet.accounts.queries import provider_today, providers
from svet.kernel.services import Service
from svet.setup.rules import REQUISITES, SetupState
from svet.staff.setup.sections import ROOT
from svet.staffing.queries import members
from svet.staffing.rules import Permission, Role
from svet.staffing.texts import ROLES
from svet.tariffs.queries.norms import loaded_norms
from svet.tariffs.queries.tariffs import group_codes


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is missing: of what, in words, where it is entered, and who may enter it there."""

    what: str
    said: str
    url: str
    link: str
    permission: Permission = Permission.SETUP


def lacking(state: SetupState, *, now: datetime) -> Iterator[Lack]:
    """Everything that is missing, the company first."""
    if not state.retailer:
        yield Lack(_("Компания"), _("Не сказано, чей это портал."), f"{ROOT}retailer/", _("Назвать компанию"))
    if not state.suppliers:
        said = _("Нет ни одного поставщика услуг.")
        yield Lack(_("Поставщики"), said, f"{ROOT}suppliers/", _("Добавить поставщика"))
    yield from _of_suppliers(state, now=now)
    working = [each.role for each in members() if each.disabled_at is None]
    staff = {"url": "/staff/members/", "link": _("Сотрудники"), "permission": Permission.MEMBERS}
    for role in (Role.BILLING, Role.OPERATOR):
        if role not in working:
            yield Lack(str(ROLES[role]), _("Такого сотрудника нет."), **staff)  # type: ignore[arg-type]
    if working.count(Role.SECURITY) < 2:
        said = _("Он один: подписать реквизиты поставщика вторым некому.")
        yield Lack(str(ROLES[Role.SECURITY]), said, **staff)  # type: ignore[arg-type]


def _of_suppliers(state: SetupState, *, now: datetime) -> Iterator[Lack]:
    for provider in providers():
        answers = state.suppliers[provider.code]
        if any(not answers[key] for key in REQUISITES if key != "kpp"):
            said = _("Реквизиты неполны: платить ему нельзя, счёт не печатается.")
            yield Lack(provider.name, said, f"{ROOT}suppliers/{provider.code}/requisites/", _("Реквизиты"))
        if provider.service is not Service.ELECTRICITY:
            continue
        if not provider.region or not group_codes(provider.region):
            yield Lack(
                provider.name,
                _("Нет цен его региона."),
                "/staff/billing/tariffs/",
                _("Тарифы"),
                Permission.BILLING,
            )
        today = provider_today(provider, now)
        if not answers["norm"] and not loaded_norms([provider.region], on=today):
            said = _("Норматив не задан: без показаний не будет начислено ничего, только замечено.")
            yield Lack(provider.name, said, "/staff/billing/policy/", _("Правила"), Permission.BILLING)
