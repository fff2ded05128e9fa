"""Accounts by command: what the desk does, for scripts and for the day the desk is down."""

from __future__ import annotations

import getpass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import click

from svet.cli.commands.tariffs import DAY
from svet.config.failures import Failure
from svet.launcher.embedded import database, django_ready

if TYPE_CHECKING:
    from svet.accounts.queries import AccountView
    from svet.billing.operations.drafts.facts import NewFact

PROVIDER = click.option("--provider", default="", help="its code, where several have the number")


@click.group("account")
def account_command() -> None:
    """Accounts of suppliers."""


@account_command.command("terms")
@click.argument("number")
@click.option(
    "--set",
    "pairs",
    multiple=True,
    metavar="TERM=VALUE",
    help="tariff_group, residents, area, rooms, stove: gas or electric, electric_heating: yes or no",
)
@click.option("--since", type=DAY, help="the first day on which it holds  [default: today]")
@click.option("--reason", default="", help="with --set: what says so")
@PROVIDER
def terms(number: str, pairs: tuple[str, ...], since: date | None, reason: str, provider: str) -> None:
    """Show what decides prices and norms of account NUMBER, day by day; with --set change it from a day on.

    The days before --since stay as they are. A row that is corrected stays to be read, with its end. A change
    that gives back more than one hand may waits for a signature at the desk «Вторая подпись».
    """
    if not pairs and (since or reason):
        raise click.UsageError("--since and --reason belong to --set")
    for pair in pairs:
        if "=" not in pair:
            raise click.UsageError(f"{pair}: write it like residents=3")
    with database():
        django_ready()
        account = account_of(number, provider=provider)
        if pairs:
            _change(account, dict(pair.split("=", 1) for pair in pairs), since=since, reason=reason)
        _show(account)


@account_command.command("close")
@click.argument("number")
@click.option("--on", type=DAY, help="the first day not charged any more; its reading is the last one")
@click.option("--undo", is_flag=True, help="the contract goes on: take its end back")
@click.option("--reason", default="", help="what says so")
@PROVIDER
def close(number: str, on: date | None, undo: bool, reason: str, provider: str) -> None:
    """End the contract of account NUMBER, correct the day of its end, or take the end back (--undo).

    Without --on and --undo it shows what was entered about the end. Days that are charged already are
    corrected by the next charge. An end that gives back more than one hand may waits, and changes nothing,
    until a member of the staff signs it at the desk «Вторая подпись».
    """
    if on is not None and undo:
        raise click.UsageError("either --on or --undo")
    if reason and on is None and not undo:
        raise click.UsageError("--reason belongs to --on or --undo")
    with database():
        django_ready()
        account = account_of(number, provider=provider)
        if on is not None or undo:
            _end(account, on=on, reason=reason)
        _show_ends(account)


def account_of(number: str, *, provider: str) -> AccountView:
    """The account of a number. :raises Failure: there is none, or several suppliers have it"""
    from django.utils.translation import gettext as _

    from svet.accounts.queries import accounts_by_number
    from svet.accounts.rules import bare_number

    found = [
        account
        for account in accounts_by_number(bare_number(number))
        if provider in ("", account.provider.code)
    ]
    if len(found) > 1:
        codes = ", ".join(account.provider.code for account in found)
        raise Failure(
            _("Лицевой счёт {number} есть у нескольких поставщиков: {codes}. Укажите --provider.").format(
                number=number, codes=codes
            )
        )
    if not found:
        raise Failure(_("Лицевого счёта {number} нет.").format(number=number))
    return found[0]


def _change(account: AccountView, raw: dict[str, str], *, since: date | None, reason: str) -> None:
    from svet.accounts.queries import provider_today
    from svet.billing.operations.drafts.facts import contract_terms

    now = datetime.now(UTC)
    fact = contract_terms(raw, since=since or provider_today(account.provider, now))
    _enter(account, fact, reason=reason, now=now)


def _end(account: AccountView, *, on: date | None, reason: str) -> None:
    from svet.billing.operations.drafts.facts import contract_end

    _enter(account, contract_end(on), reason=reason, now=datetime.now(UTC))


def _enter(account: AccountView, fact: NewFact, *, reason: str, now: datetime) -> None:
    from svet.cli.billing.facts import enter
    from svet.cli.refusal_text import in_words
    from svet.kernel.actors import Actor

    by = Actor.system(getpass.getuser()[:100])
    with in_words():
        enter(fact, account_public_id=account.public_id, reason=reason, by=by, now=now, say=click.echo)


def _show_ends(account: AccountView) -> None:
    from svet.accounts.queries.contracts import contract_ends
    from svet.accounts.texts import contract_end
    from svet.look.formats import moment

    entries = contract_ends(account.account_id)
    if not entries:
        click.echo(contract_end(account.closed_on))
    for entry in entries:
        click.echo(f"{contract_end(entry.closed_on)}  ({entry.reason}, {moment(entry.known_at)})")


def _show(account: AccountView) -> None:
    from django.utils.translation import gettext as _

    from svet.accounts.queries.terms import terms_history
    from svet.accounts.rules.terms import TermsSource
    from svet.accounts.texts import terms_lines
    from svet.look.formats import day, moment

    for entry in terms_history(account.account_id):
        told = "; ".join(f"{name}: {value}" for name, value in terms_lines(entry.terms.values))
        source = entry.reason or (_("реестр") if entry.source is TermsSource.REGISTER else "")
        gone = _(", исправлено {at}").format(at=moment(entry.gone_at)) if entry.gone_at else ""
        click.echo(f"{day(entry.terms.since)}  {told}  ({source}, {moment(entry.known_at)}{gone})")
