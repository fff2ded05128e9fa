"""«Что если»: an account's own months by other zones, with a heater, with one of them left empty."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Final, Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import BeforeValidator, Field

from svet.accounts import queries as account_queries
from svet.accounts.queries.registry import accounts_by_id
from svet.api.resources.accounts import ids_of
from svet.api.resources.usage_schemas import WhatIfOut
from svet.api.shell.identity import AUTH, allowed
from svet.api.shell.problems import ApiProblem, not_found
from svet.api.shell.schemas import Percent, ProblemOut
from svet.kernel.periods import Month
from svet.kernel.writing import plain_number
from svet.people.rules import Scope
from svet.quotes import queries as quotes
from svet.quotes.queries import EmptyMonth, Load, LoadedYear, SchemeChoice, WhatIfAsked

#: Minutes of a whole day.
_DAY: Final = 1_440
router = Router(tags=["Bills"], auth=AUTH)


def _written_whole(value: object) -> object:
    """A whole number in an address: ASCII digits. :raises ValueError: anything else"""
    if isinstance(value, str) and not (value.isascii() and value.isdigit() and len(value) <= 6):
        raise ValueError("a whole number is wanted")
    return value


Watts = Annotated[int, BeforeValidator(_written_whole), Field(strict=False, ge=1, le=50_000, examples=[1500])]
Minutes = Annotated[int, BeforeValidator(_written_whole), Field(strict=False, ge=1, le=1_440, examples=[480])]
MonthText = Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", examples=["2026-11"])]


@router.get(
    "/accounts/{account_id}/what-if",
    response={200: WhatIfOut, 404: ProblemOut, 422: ProblemOut},
    summary="What if it were counted by other zones, with a heater, with nobody at home",
)
def what_if(
    request: HttpRequest,
    account_id: str,
    night_percent: Percent | None = None,
    months: Literal["12", "24"] = "12",
    heater_watts: Watts | None = None,
    heater_minutes: Minutes | None = None,
    heater_night_percent: Percent | None = None,
    heater_cold: bool = False,
    empty_month: MonthText | None = None,
) -> dict[str, Any]:
    """What the last charged ``months`` would have cost otherwise, by the rules of billing itself.

    ``night_percent``: the share of the night where no meter tells it; without one that of its hours, a third.
    ``heater_watts`` is plugged in for ``heater_minutes`` a day (all day without them), for
    ``heater_night_percent`` of them by night, ``heater_cold``: from October to April only; these need the
    watts. ``empty_month`` (YYYY-MM) is one of ``can_be_empty``. 422 names the parameter that is at fault.
    404 where nothing is charged yet or it cannot be told.
    """
    caller = allowed(request, Scope.BILLS_READ, narrows=True)
    (key,) = ids_of(caller, account_id)
    (account,) = accounts_by_id([key])
    load = None
    if heater_watts is None:
        if heater_cold or heater_minutes is not None or heater_night_percent is not None:
            raise _wrong("required", "heater_watts")
    else:
        minutes = _DAY if heater_minutes is None else heater_minutes
        kilowatts, hours = Decimal(heater_watts) / 1_000, Decimal(minutes) / 60
        load = Load(kilowatts, hours, heater_cold, _share(heater_night_percent))
    told = quotes.what_if(
        account=account,
        on=account_queries.provider_today(account.provider, timezone.now()),
        asked=WhatIfAsked(
            night=_share(night_percent),
            months=int(months),
            load=load,
            empty=None if empty_month is None else Month.parse(empty_month),
        ),
    )
    year = told.year
    if year is None and not told.can_be_empty:
        raise not_found()
    if empty_month is not None and Month.parse(empty_month) not in told.can_be_empty:
        raise _wrong("value", "empty_month")
    return {
        "kwh": plain_number(Decimal(0) if year is None else year.kwh),
        "night_is_read": year is not None and year.told,
        "schemes": [] if year is None else _schemes(year.choices),
        "months": [
            {
                "month": str(month),
                "kwh": plain_number(kwh),
                "kopecks": {str(scheme): money.kopecks for scheme, money in costs.items()},
            }
            for month, kwh, costs in (() if year is None else year.months)
        ],
        "heater": None if told.loaded is None else _heater(told.loaded),
        "empty_month": None if told.empty is None else _empty(told.empty),
        "can_be_empty": [str(month) for month in told.can_be_empty],
    }


def _wrong(code: str, field: str) -> ApiProblem:
    return ApiProblem(422, code, _("Проверьте это поле."), field=field)


def _schemes(choices: Sequence[SchemeChoice]) -> list[dict[str, Any]]:
    return [
        {
            "zones": each.scheme,
            "total_kopecks": each.total.kopecks,
            "difference_kopecks": each.difference.kopecks,
            "now": each.now,
        }
        for each in choices
    ]


def _heater(loaded: LoadedYear) -> dict[str, Any]:
    return {
        "months": loaded.months,
        "last_month": str(loaded.last),
        "kwh": plain_number(loaded.kwh),
        "more_kwh": plain_number(loaded.more),
        "schemes": _schemes(loaded.choices),
    }


def _empty(empty: EmptyMonth) -> dict[str, Any]:
    sums = {"was": empty.was, "sent": empty.sent, "silent": empty.silent}
    return {
        "month": str(empty.month),
        **{
            name: None if each is None else {"kwh": plain_number(each.kwh), "kopecks": each.money.kopecks}
            for name, each in sums.items()
        },
    }


def _share(percent: int | None) -> Fraction | None:
    return None if percent is None else Fraction(percent, 100)
