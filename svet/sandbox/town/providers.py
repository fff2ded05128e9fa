"""The two invented providers of the town."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from svet.accounts.operations.registry import add_provider
from svet.accounts.queries import ProviderView
from svet.billing.operations import set_policy
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.penalties.operations import set_penalty_policy
from svet.penalties.rules.policies import PenaltyMode
from svet.sandbox.town.rules.plan import MAIN, SECOND
from svet.tariffs.operations.law import enter_law
from svet.tariffs.queries.law import law_in_force
from svet.tariffs.rules.law_entries import LawEntryKind, NewLawEntry

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


#: What the Bank of Russia has decided after the last rate that is known here nobody can tell: it is invented.
INVENTED_RATE = Decimal(15)
_RATE_AHEAD = timedelta(days=60)


def show_penalties(second: ProviderView, *, anchor: Month, now: datetime) -> None:
    """Let the second provider show penalties on its last bills; the rates behind the known ones are invented.

    What is there stays.
    """
    set_penalty_policy(
        provider_id=second.provider_id,
        since=anchor.plus(-1).first,
        mode=PenaltyMode.SHOWN,
        by=BUILDER,
        now=now,
    )
    today = now.date()
    last = max(rule.until or date.max for rule in law_in_force().key_rates.rules)
    if last <= today:
        enter_law(
            new=NewLawEntry(
                kind=LawEntryKind.KEY_RATE,
                valid_from=last + timedelta(days=1),
                valid_to=today + _RATE_AHEAD,
                percent=INVENTED_RATE,
                act="учебная ставка: придумана для демонстрации",
                source_url="https://example.org/",
            ),
            by=BUILDER,
            today=today,
            now=now,
        )


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
