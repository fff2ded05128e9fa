"""The register of accounts: accounts, premises and meters enter in bulk, per provider."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from svet.exchange.operations.outcomes import Outcome, State, refused, rejected
from svet.exchange.rules import accounts as register
from svet.exchange.rules.accounts import AccountRow
from svet.exchange.rules.refusals import RowReason
from svet.kernel.actors import Actor
from svet.metering import operations as metering
from svet.metering.operations import MeterRow
from svet.metering.rules import zones_of
from svet.people.rules import PhoneRefused, normalise_phone
from svet.subscribers import operations as subscribers
from svet.subscribers import texts
from svet.subscribers.models import Account, Provider
from svet.subscribers.rules import NumberRefused, normalise_account_number, normalise_meter_number


def apply(text: str, *, by: Actor, now: datetime) -> list[Outcome]:
    """Enter the accounts of a register (a step); an account already there keeps its row and is «repeated»."""
    outcomes: list[Outcome] = []
    providers = {provider.code: provider for provider in Provider.objects.all()}
    readable: dict[str, list[AccountRow]] = defaultdict(list)
    for row in register.parse(text):
        if isinstance(row, tuple):
            outcomes.append(rejected(*row))
        elif row.provider not in providers:
            outcomes.append(_refusal(row, RowReason.PROVIDER_UNKNOWN))
        elif (fault := _fault(row, providers[row.provider])) is not None:
            outcomes.append(fault)
        else:
            readable[row.provider].append(row)
    for code, rows in readable.items():
        outcomes += _enter(providers[code], rows, by=by, now=now)
    return outcomes


def _fault(row: AccountRow, provider: Provider) -> Outcome | None:
    try:
        normalise_account_number(row.number, frozenset(provider.account_lengths))
        normalise_meter_number(row.meter_serial)
        if row.phone:
            normalise_phone(row.phone)
    except NumberRefused as number_refused:
        return _refusal(row, RowReason.REFUSED, texts.explain(number_refused))
    except PhoneRefused:
        return _refusal(row, RowReason.REFUSED, row.phone)
    return None


def _refusal(row: AccountRow, reason: RowReason, text: str = "") -> Outcome:
    return refused(row.line_no, row.raw, reason=reason, external_id=row.external_id, text=text)


def _enter(provider: Provider, rows: Sequence[AccountRow], *, by: Actor, now: datetime) -> list[Outcome]:
    numbers = [row.number for row in rows]
    known = set(
        Account.objects.filter(provider=provider, number__in=numbers).values_list("number", flat=True)
    )
    fresh: list[AccountRow] = []
    outcomes: list[Outcome] = []
    for row in rows:
        repeated = row.number in known
        known.add(row.number)
        if not repeated:
            fresh.append(row)
        outcomes.append(
            Outcome(
                row.line_no,
                State.REPEATED if repeated else State.APPLIED,
                row.raw,
                external_id=row.external_id,
                account_number=row.number,
                reference=row.number,
            )
        )
    keys = subscribers.register_accounts(
        provider=provider, rows=[_account(row) for row in fresh], by=by, now=now
    )
    metering.install_meters(
        rows=[_meter(key, row) for key, row in zip(keys, fresh, strict=True)], by=by, now=now
    )
    return outcomes


def _account(row: AccountRow) -> subscribers.AccountRow:
    return subscribers.AccountRow(
        number=row.number,
        holder_name=row.holder,
        city=row.city,
        street=row.street,
        house=row.house,
        flat=row.flat,
        area_m2=row.area_m2,
        residents=row.residents,
        registry_phone=normalise_phone(row.phone) if row.phone else "",
        tariff_group=row.tariff_group,
        opened_on=row.opened_on,
    )


def _meter(account_id: int, row: AccountRow) -> MeterRow:
    return MeterRow(
        account_id=account_id,
        serial=row.meter_serial,
        type_name=row.meter_type,
        scheme=row.scheme,
        digits=row.digits,
        decimals=row.decimals,
        ratio=row.ratio,
        installed_on=row.installed_on,
        verified_on=row.verified_on,
        next_verification_on=row.next_verification_on,
        smart=row.smart,
        max_daily_kwh=row.max_daily,
        initial=dict(zip(zones_of(row.scheme), row.initials, strict=True)),
    )
