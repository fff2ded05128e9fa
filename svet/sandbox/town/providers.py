"""The two invented providers of the town."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from svet.accounts.operations.registry import add_provider
from svet.accounts.queries import ProviderView
from svet.billing.operations import set_policy
from svet.kernel.actors import Actor
from svet.sandbox.town.rules.plan import MAIN, SECOND

BUILDER = Actor.system("town")
# kWh a person and month: as invented as the providers.
NORMS = {MAIN: Decimal(92), SECOND: Decimal(85)}
NORMS_SINCE = date(2020, 1, 1)


def add_providers() -> dict[str, ProviderView]:
    """Enter both providers with invented requisites; their regions have real tariffs."""
    main = add_provider(
        code=MAIN,
        name="Уралэнергосбыт",
        legal_name="ООО «Уралэнергосбыт» (учебные данные)",
        region="Челябинская область",
        inn="7400000001",
        kpp="740001001",
        settlement_account="40702810000000000001",
        bank_name="Учебный банк «Светлореченский»",
        bic="047500001",
        correspondent_account="30101810000000000001",
        time_zone="Asia/Yekaterinburg",
        hotline="8-351-2222-500",
    )
    second = add_provider(
        code=SECOND,
        name="Окская энергокомпания",
        legal_name="АО «Окская энергокомпания» (учебные данные)",
        region="Рязанская область",
        inn="6200000002",
        kpp="620001001",
        settlement_account="40702810000000000002",
        bank_name="Учебный банк «Окский»",
        bic="046100002",
        correspondent_account="30101810000000000002",
        time_zone="Europe/Moscow",
        window_from_day=20,
        window_to_day=25,
        hotline="8-800-000-00-00",
        logo_color="#2f7d4f",
    )
    return {MAIN: main, SECOND: second}


def set_norms(providers: Mapping[str, ProviderView], *, now: datetime) -> None:
    """Let both charge by norm where nobody has sent readings; what is set stays."""
    for code, provider in providers.items():
        set_policy(
            provider_id=provider.provider_id,
            valid_from=NORMS_SINCE,
            norm_kwh_per_person=NORMS[code],
            # Its months are made up: nobody looks whether they are like one another.
            totals_percent=Decimal(900),
            movers_share=Decimal(100),
            by=BUILDER,
            now=now,
        )
