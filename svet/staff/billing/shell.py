"""What the pages of this desk share: whose month an address names, the tabs, pages of long lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest
from django.utils.translation import gettext as _

from svet.accounts import queries as account_queries
from svet.accounts.queries import ProviderView
from svet.kernel.periods import Month
from svet.staff.shell.desk import deny_as_missing

ROOT: Final = "/staff/billing/"
PAGE: Final = 50
#: Seconds that a page waits for who charges, or for a register that is taken.
PATIENCE: Final = 5


def provider_at(request: HttpRequest, code: str) -> ProviderView:
    """The provider an address names. :raises Http404: there is none"""
    found = next((each for each in account_queries.charging_providers() if each.code == code), None)
    if found is None:
        deny_as_missing(request, subject="provider", public_id=code)
    return found


def month_at(request: HttpRequest, period: str) -> Month:
    """The month an address names. :raises Http404: it names none"""
    try:
        return Month.parse(period)
    except ValueError:
        deny_as_missing(request, subject="month", public_id=period)


def tabs(current: str) -> list[dict[str, Any]]:
    """The pages of the desk."""
    pages = [
        ("months", ROOT, _("Месяцы")),
        ("problems", f"{ROOT}problems/", _("Ошибки")),
        ("decisions", f"{ROOT}decisions/", _("Решения")),
        ("houses", f"{ROOT}houses/", _("Дома")),
        ("tariffs", f"{ROOT}tariffs/", _("Тарифы")),
        ("policy", f"{ROOT}policy/", _("Правила")),
        ("penalties", f"{ROOT}penalties/", _("Пени")),
        ("money-limits", f"{ROOT}money-limits/", _("Возвраты и рассрочки")),
        ("law", f"{ROOT}law/", _("Ставки")),
    ]
    return [{"url": url, "text": text, "current": name == current} for name, url, text in pages]


def page_of(request: HttpRequest) -> int:
    """Which page of a list is asked for, counted from 1."""
    asked = request.GET.get("page", "1")
    return int(asked) if asked.isascii() and asked.isdigit() and 0 < int(asked) <= 100_000 else 1


def around(number: int, rows: Sequence[object]) -> dict[str, int]:
    """The pages before and after this one; ``rows`` are one more than a page where there is another."""
    found = {}
    if number > 1:
        found["before"] = number - 1
    if len(rows) > PAGE:
        found["after"] = number + 1
    return found
