"""The register of accounts: accounts, premises and meters enter in bulk, per provider."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from svet.accounts import operations as account_operations
from svet.accounts import texts as subscriber_texts
from svet.accounts.queries import ProviderView, provider_today, providers
from svet.accounts.rules import NumberRefused, normalise_account_number, normalise_meter_number
from svet.exchange import texts
from svet.exchange.operations.outcomes import RowOutcome, State, changed, refused, rejected
from svet.exchange.operations.standing import standing
from svet.exchange.rules import accounts as register
from svet.exchange.rules.accounts import AccountRow
from svet.exchange.rules.comparing import KnownAccount, account_body, differences, meter_body
from svet.exchange.rules.refusals import RowReason
from svet.kernel.actors import Actor
from svet.metering import operations as metering
from svet.metering.operations import MeterRow
from svet.metering.rules import Scheme, zones_of
from svet.people import texts as people_texts
from svet.people.rules import PhoneRefused, normalise_phone
from svet.tariffs import queries as tariffs

_COMMA_CODE = re.compile(r"[0-9]+(?:,[0-9]+)+", re.ASCII)


def apply(text: str, *, by: Actor, now: datetime) -> list[RowOutcome]:
    """Enter the accounts of a register (a step).

    An account and a meter that are there already keep their rows: the same body is «repeated», another one is
    «changed» and said aloud. A further meter of an account enters when the same file names the standing ones
    too: alone it could as well be their replacement.
    """
    outcomes: list[RowOutcome] = []
    known = {provider.code: provider for provider in providers()}
    groups = {code: tariffs.group_codes(provider.region) for code, provider in known.items()}
    readable: dict[str, list[AccountRow]] = defaultdict(list)
    for row in register.parse(text):
        if isinstance(row, tuple):
            outcomes.append(rejected(*row))
        elif row.provider not in known:
            outcomes.append(refused(row, RowReason.PROVIDER_UNKNOWN, column="provider"))
        else:
            checked = _checked(row, known[row.provider], groups=groups[row.provider])
            if isinstance(checked, RowOutcome):
                outcomes.append(checked)
            else:
                readable[row.provider].append(checked)
    for code, rows in readable.items():
        outcomes += _enter(known[code], rows, by=by, now=now)
    return outcomes


def _checked(row: AccountRow, provider: ProviderView, *, groups: Sequence[str]) -> AccountRow | RowOutcome:
    """The row with its numbers as we write them, or why it cannot enter."""
    try:
        number = normalise_account_number(row.number, frozenset(provider.account_lengths))
        serial = normalise_meter_number(row.meter_serial)
    except NumberRefused as refusal:
        column = "account" if refusal.field == "account_number" else "meter_serial"
        return refused(row, RowReason.REFUSED, subscriber_texts.explain(refusal), column=column)
    try:
        phone = normalise_phone(row.phone) if row.phone else ""
    except PhoneRefused as refusal:
        return refused(row, RowReason.REFUSED, people_texts.explain(refusal), column="phone")
    group = row.tariff_group
    if not provider.service.charged_here:
        # Prices are the supplier's own affair; the dials of water, heat and gas know no zones.
        if row.scheme != Scheme.SINGLE:
            return refused(row, RowReason.CHOICE, column="scheme")
        return replace(row, number=number, meter_serial=serial, phone=phone, tariff_group="")
    if not group:
        return refused(row, RowReason.REQUIRED, column="tariff_group")
    if group not in groups and _COMMA_CODE.fullmatch(group):
        # «1,1» is how a spreadsheet writes 1.1.
        group = group.replace(",", ".")
    if groups and group not in groups:
        known = texts.unknown_group(row.tariff_group, known=groups, region=provider.region)
        return refused(row, RowReason.GROUP_UNKNOWN, known, column="tariff_group")
    return replace(row, number=number, meter_serial=serial, phone=phone, tariff_group=group)


@dataclass(slots=True)
class _Entering:
    """One provider's rows while they are walked: what stands, what this file adds to it."""

    known: dict[str, KnownAccount]
    named: Mapping[str, set[str]]
    accounts: list[AccountRow] = field(default_factory=list)
    meters: list[AccountRow] = field(default_factory=list)

    def differing(self, row: AccountRow) -> list[str] | None:
        """What differs from what is there; an empty list for a repetition, None for something new."""
        account = self.known.get(row.number)
        if account is None:
            self.known[row.number] = KnownAccount(
                account_body(row), meters={row.meter_serial: meter_body(row)}
            )
            self.accounts.append(row)
            self.meters.append(row)
            return None
        found = differences(account_body(row), known=account.account, given=row.given)
        words = [texts.column_name(name) for name in found]
        meter = account.meters.get(row.meter_serial)
        if meter is not None:
            other = differences(meter_body(row), known=meter, given=row.given)
            words += [texts.column_name(name) for name in other]
            if row.meter_serial in account.removed:
                words.append(texts.meter_removed(row.meter_serial, on=account.removed[row.meter_serial]))
            return words
        if not words and set(account.up) <= self.named[row.number]:
            account.meters[row.meter_serial] = meter_body(row)
            self.meters.append(row)
            return None
        return [texts.other_meter(account.up), *words]


def _enter(
    provider: ProviderView, rows: Sequence[AccountRow], *, by: Actor, now: datetime
) -> list[RowOutcome]:
    named: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        named[row.number].add(row.meter_serial)
    today = provider_today(provider, now)
    entering = _Entering(standing(provider_id=provider.provider_id, numbers=list(named), on=today), named)
    outcomes = [_outcome(row, entering.differing(row)) for row in rows]
    keys = account_operations.create_accounts(
        provider_id=provider.provider_id, rows=[_account(row) for row in entering.accounts], by=by, now=now
    )
    fresh: dict[str, int] = {row.number: key for row, key in zip(entering.accounts, keys, strict=True)}
    standing_ids: dict[str, int] = {
        number: found.account_id for number, found in entering.known.items() if found.account_id is not None
    }
    # A new account's meters have stood there all its days. Of a further meter of an account that was here,
    # and may have been charged without it, nobody knew before now.
    for ids, news in ((fresh, False), (standing_ids, True)):
        meters = [_meter(ids[row.number], row) for row in entering.meters if row.number in ids]
        metering.install_meters(rows=meters, by=by, now=now, news=news)
    return outcomes


def _outcome(row: AccountRow, differing: list[str] | None) -> RowOutcome:
    if differing:
        return changed(row, texts.account_differs(row.number, differing), account_number=row.number)
    return RowOutcome(
        row.line_no,
        State.APPLIED if differing is None else State.REPEATED,
        row.raw,
        external_id=row.external_id,
        account_number=row.number,
        reference=row.number,
    )


def _account(row: AccountRow) -> account_operations.NewAccount:
    return account_operations.NewAccount(
        number=row.number,
        holder_name=row.holder,
        city=row.city,
        street=row.street,
        house=row.house,
        flat=row.flat,
        area_m2=row.area_m2,
        residents=row.residents,
        rooms=row.rooms,
        stove=row.stove,
        electric_heating=row.electric_heating,
        registry_phone=row.phone,
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
