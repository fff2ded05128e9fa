"""Rows of law by command line: how far they are known, a new one entered, a wrong one withdrawn."""

from __future__ import annotations

import getpass
from datetime import UTC, date, datetime
from decimal import Decimal

import click

from svet.cli.commands.amounts import AMOUNT
from svet.cli.commands.tariffs import DAY
from svet.launcher.embedded import database, django_ready

KINDS = ("key-rate", "penalty-cap", "moratorium")


@click.group("law")
def law_command() -> None:
    """Key rates, caps of penalties and moratoria as dated data, each with its act."""


@law_command.command("show")
@click.option("--all", "whole", is_flag=True, help="every row, not the newest alone")
def show(whole: bool) -> None:
    """Show what is known and until when, and the rows that were entered here."""
    with database():
        django_ready()
        from svet.cli.billing.law import show_law

        show_law(whole=whole, say=click.echo)


@law_command.command("enter")
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--percent", type=AMOUNT, help="a year; a moratorium has none")
@click.option("--from", "first", type=DAY, required=True, help="the first day it holds")
@click.option("--until", "last", type=DAY, required=True, help="the last day it is known to hold")
@click.option("--act", required=True, help="who decided it, when, under which number")
@click.option("--source", "source_url", required=True, help="https:// address where it can be read")
@click.option("--region", default="", help="of a moratorium  [default: the whole country]")
def enter(
    kind: str, percent: Decimal | None, first: date, last: date, act: str, source_url: str, region: str
) -> None:
    """Enter a row; whatever counts penalties counts by it from now on."""
    with database():
        django_ready()
        from django.utils import timezone
        from django.utils.translation import gettext as _

        from svet.cli.refusal_text import in_words
        from svet.kernel.actors import Actor
        from svet.tariffs.operations.law import enter_law
        from svet.tariffs.rules.law_entries import LawEntryKind, NewLawEntry
        from svet.tariffs.texts.law import entry_words

        new = NewLawEntry(LawEntryKind(kind.replace("-", "_")), first, last, percent, act, source_url, region)
        now = datetime.now(UTC)
        with in_words():
            number = enter_law(
                new=new, by=Actor.system(getpass.getuser()[:100]), today=timezone.localdate(now), now=now
            )
        click.echo(_("Внесено, № {number}: {words}").format(number=number, words=entry_words(new)))


@law_command.command("withdraw")
@click.argument("number", type=int)
@click.option("--because", required=True, help="what says that it is wrong")
def withdraw(number: int, because: str) -> None:
    """Take row NUMBER back: it holds for no day and stays to be read."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli.refusal_text import in_words
        from svet.kernel.actors import Actor
        from svet.tariffs.operations.law import withdraw_law

        with in_words():
            withdraw_law(
                number=number,
                because=because,
                by=Actor.system(getpass.getuser()[:100]),
                now=datetime.now(UTC),
            )
        click.echo(_("Отозвано, № {number}.").format(number=number))
