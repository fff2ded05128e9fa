"""Writing a plan: all of it or nothing, only what is new, each change in the journal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from svet.accounts.operations import add_provider
from svet.accounts.queries import ProviderView, provider_today, providers
from svet.arrangements.operations.limits import set_money_limits
from svet.arrangements.rules.limits import BOUNDS, SUMS
from svet.billing.operations import set_policy
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.locks import Lock, hold
from svet.kernel.services import Service
from svet.kernel.transactions import together
from svet.payments.operations import add_shop, serve
from svet.payments.operations.shops import FIRST
from svet.people.rules.names import FullName
from svet.setup.operations.answers import days_and_times, window_days
from svet.setup.queries import present
from svet.setup.rules import (
    CARDS,
    Change,
    SetupPlan,
    SetupReason,
    SetupRefused,
    SetupState,
    Text,
    changes,
    check_day,
)
from svet.site.operations import InstallationDetails, publish_agreement, set_up
from svet.site.queries import AgreementView, coming_agreement, current_agreement, installation
from svet.site.rules import AgreementKind, blocks
from svet.staffing import operations as staffing
from svet.staffing.rules import Role

BY = Actor.system("svet setup")


@dataclass(frozen=True, slots=True)
class Report:
    """What a set-up did: other answers, versions published, members taken on or there before."""

    changes: tuple[Change, ...]
    published: tuple[AgreementKind, ...]
    taken_on: tuple[str, ...]
    there_before: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """Whether everything was as it was wanted."""
        return not (self.changes or self.published or self.taken_on)


def would_change(plan: SetupPlan, *, now: datetime) -> Report:
    """What :func:`write` would do now."""
    state = present(now=now)
    phones = [member["phone"] for member in plan.members]
    return Report(
        changes=tuple(changes(plan, state)),
        published=tuple(kind for kind, text in plan.agreements.items() if is_new_text(kind, text, now=now)),
        taken_on=tuple(phone for phone in phones if phone not in state.members),
        there_before=tuple(phone for phone in phones if phone in state.members),
    )


class ChangedMeanwhile(Exception):
    """Somebody has written since the plan was made: it holds what stood then, and would put it back."""


def write(plan: SetupPlan, *, made_of: SetupState, norm_from: date | None = None, now: datetime) -> Report:
    """Write what is new, in one transaction, and say it. A new norm holds from the month of ``norm_from``.

    :raises ChangedMeanwhile: something else stands than the state that the plan was made of
    :raises Refused: a room refused an answer; nothing is written then
    """
    with standing_held(now=now) as state:
        if state != made_of:
            raise ChangedMeanwhile
        report = would_change(plan, now=now)
        if plan.retailer:
            write_retailer(plan.retailer, state, by=BY, now=now)
        for wanted in plan.suppliers.values():
            write_supplier(wanted, state, norm_from=norm_from, by=BY, now=now)
        _write_limits(plan.limits, state, now=now)
        _write_shops(plan.shops, state, now=now)
        for kind in report.published:
            publish(kind, plan.agreements[kind], by=BY, now=now)
        for member in plan.members:
            if member["phone"] in report.taken_on:
                _take_on(member, now=now)
    return report


@contextmanager
def standing_held(*, now: datetime) -> Iterator[SetupState]:
    """What stands, in the one transaction in which it may be changed: nobody else sets up meanwhile."""
    with together():
        hold(Lock.SETUP)
        yield present(now=now)


def write_retailer(wanted: Mapping[str, str], state: SetupState, *, by: Actor, now: datetime) -> None:
    """Write all answers about the retailer, unless they stand already (a step)."""
    if wanted == state.retailer:
        return
    if wanted["hours"] == state.retailer.get("hours"):
        # Perhaps in words of before the set-up: they stay with the hours that belong to them.
        kept = installation().hours
        days, times = (kept.first_day, kept.last_day), (kept.opens, kept.closes)
    else:
        days, times = days_and_times(wanted["hours"])
    set_up(
        details=InstallationDetails(
            brand=wanted["brand"],
            legal_name=wanted["legal_name"],
            hotline=wanted["hotline"],
            hotline_hours=wanted["hours"],
            hotline_days=days,
            hotline_times=times,
            site_url=wanted["site"],
            address=wanted["address"],
            reception_email=wanted["reception_email"],
            primary_color=wanted["primary_color"],
            accent_color=wanted["accent_color"],
        )
    )
    _note("installation.changed", "installation", "1", wanted, state.retailer, by=by, now=now)


def write_supplier(
    wanted: Mapping[str, str], state: SetupState, *, norm_from: date | None = None, by: Actor, now: datetime
) -> None:
    """Write all answers about a supplier, unless they stand already (a step).

    :raises SupplierRefused: another service than its accounts were entered with
    """
    if wanted == state.suppliers.get(wanted["code"]):
        return
    first, last = window_days(wanted["window"])
    provider = add_provider(
        code=wanted["code"],
        name=wanted["name"],
        legal_name=wanted["legal_name"],
        region=wanted["region"],
        inn=wanted["inn"],
        kpp=wanted["kpp"],
        bic=wanted["bic"],
        bank_name=wanted["bank"],
        settlement_account=wanted["account"],
        correspondent_account=wanted["correspondent_account"],
        account_lengths=[int(one) for one in wanted["account_lengths"].split(", ")],
        window_from_day=first,
        window_to_day=last,
        due_day=int(wanted["due_day"]),
        time_zone=wanted["time_zone"],
        hotline=wanted["hotline"],
        service=Service(wanted["service"]),
    )
    standing = state.suppliers.get(wanted["code"], {})
    _note("supplier.changed", "provider", provider.public_id, wanted, standing, by=by, now=now)
    if wanted["norm"] and wanted["norm"] != standing.get("norm", ""):
        _write_norm(provider, wanted["norm"], since=norm_from, by=by, now=now)


def _write_limits(limits: Mapping[str, Mapping[str, str]], state: SetupState, *, now: datetime) -> None:
    """Other limits, from today on; what was agreed on stays."""
    keys = {each.code: each.provider_id for each in providers()}
    for code, wanted in limits.items():
        standing = state.limits.get(code, {})
        fresh: dict[str, int | None] = {
            name: int(Decimal(wanted[name]) * (100 if name in SUMS else 1))
            for name in BOUNDS
            if wanted[name] != standing.get(name, "")
        }
        if fresh:
            set_money_limits(provider_id=keys[code], since=None, given=fresh, by=BY, now=now)


def _write_shops(shops: Mapping[str, Mapping[str, str]], state: SetupState, *, now: datetime) -> None:
    """New contracts, and whose new payments go through each; who left one goes through the first."""
    for code, wanted in shops.items():
        standing = state.shops.get(code)
        if standing is None:
            add_shop(
                code=code,
                name=wanted["name"],
                address=wanted["address"],
                secret=wanted["secret"],
                keeps_cards=wanted["cards"] == CARDS,
                now=now,
                by=BY,
            )
        before, after = _codes(standing or {}), _codes(wanted)
        if gone := sorted(before - after):
            serve(code=FIRST, providers=gone, now=now, by=BY)
    for code, wanted in shops.items():
        if fresh := sorted(_codes(wanted) - _codes(state.shops.get(code, {}))):
            serve(code=code, providers=fresh, now=now, by=BY)


def _codes(shop: Mapping[str, str]) -> set[str]:
    return {code for code in shop.get("suppliers", "").split(", ") if code}


def _write_norm(provider: ProviderView, norm: str, *, since: date | None, by: Actor, now: datetime) -> None:
    first = (since or provider_today(provider, now)).replace(day=1)
    set_policy(
        provider_id=provider.provider_id, valid_from=first, norm_kwh_per_person=Decimal(norm), by=by, now=now
    )


def _take_on(member: Mapping[str, str], *, now: datetime) -> None:
    staffing.add_member(
        by=BY,
        phone=member["phone"],
        password=member["password"],
        role=Role.SECURITY,
        name=FullName(
            first_name=member["first_name"], patronymic=member["patronymic"], last_name=member["last_name"]
        ),
        reason=_("первый запуск"),
        now=now,
    )


def publish(kind: AgreementKind, text: Text, *, by: Actor, now: datetime) -> int:
    """Publish the next version of a text and say so in the journal (a step); its number.

    :raises SetupRefused: its day is past or too far ahead, or another version waits for its day
    """
    today = timezone.localdate(now)
    day = text.day or today
    check_day(day, today=today)
    if coming_agreement(kind=kind, today=today) is not None:
        raise SetupRefused(SetupReason.TEXT_WAITS)
    version = publish_agreement(kind=kind, title=text.title, body=text.body, published_on=day)
    journal.record(
        by=by,
        action="agreement.published",
        subject="agreement",
        subject_id=f"{kind.value}-{version}",
        now=now,
        after={"kind": kind.value, "version": version, "title": text.title, "holds_from": str(day)},
    )
    return version


def is_new_text(kind: AgreementKind, text: Text, *, now: datetime) -> bool:
    """Whether a text is another one than what people agree to now, or will from its day on.

    A text without a day is new beside one that waits only where it is another one than what holds; with a day
    it is known where the same text waits for that very day.
    """
    today = timezone.localdate(now)
    coming = coming_agreement(kind=kind, today=today)
    if coming is not None and text.day == coming.published_on and _same(coming, text):
        return False
    return not _same(current_agreement(kind=kind, today=today), text)


def _same(known: AgreementView, text: Text) -> bool:
    return (known.title, known.blocks) == (text.title, blocks(text.body))


def _note(
    action: str,
    subject: str,
    subject_id: str,
    wanted: Mapping[str, str],
    standing: Mapping[str, str],
    *,
    by: Actor,
    now: datetime,
) -> None:
    new = {key: value for key, value in wanted.items() if value != standing.get(key, "")}
    journal.record(
        by=by,
        action=action,
        subject=subject,
        subject_id=subject_id,
        now=now,
        before={key: standing.get(key, "") for key in new},
        after=new,
    )
