"""Norms of consumption by command line: looked at, taken, shown, taken back."""

from __future__ import annotations

import contextlib
import getpass
import itertools
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import click

from svet.cli.commands.tariffs import DAY, FILE
from svet.launcher.embedded import database, django_ready


@click.group("norms")
def norms_command() -> None:
    """Norms of consumption as dated data: by region, rooms, persons, stove and heating."""


@norms_command.command("check")
@click.argument("file", type=FILE)
def check(file: Path) -> None:
    """Say what is wrong with FILE and what it would bring; change nothing. Exits 1 when it is refused."""
    _load(file, only_check=True)


@norms_command.command("load")
@click.argument("file", type=FILE)
def load(file: Path) -> None:
    """Load the norms of FILE, all of them or none; rows that are loaded already stay as they are."""
    _load(file, only_check=False)


@norms_command.command("show")
@click.option("--region", default="", help="one region only")
@click.option("--on", type=DAY, help="only what holds on this day")
def show(region: str, on: date | None) -> None:
    """Show the norms that are loaded; exits 1 when there is none."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.tariffs.queries.norms import loaded_norms
        from svet.tariffs.texts import days
        from svet.tariffs.texts import norms as words

        lines = loaded_norms([region] if region else None, on=on)
        for (of, first), table in itertools.groupby(lines, key=lambda line: line.table):
            rows = list(table)
            click.echo(f"{of}, {days(first, rows[0].valid_to)}")
            for line in rows:
                click.echo(f"  {words.norm(line)}")
        if not lines:
            click.echo(_("Таких нормативов не загружено."))
    if not lines:
        sys.exit(1)


@norms_command.command("withdraw")
@click.argument("region")
@click.option("--from", "first", type=DAY, required=True, help="the first day of the table")
@click.option("--document", required=True, help="what says that it is wrong")
def withdraw(region: str, first: date, document: str) -> None:
    """Take the table of REGION back: it counts for no day and stays to be read. Then load the right one."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.kernel.actors import Actor
        from svet.tariffs.operations.norms import withdraw_norms

        by = Actor.system(getpass.getuser()[:100])
        with _told():
            rows = withdraw_norms(
                region=region, first=first, document=document.strip(), by=by, now=datetime.now(UTC)
            )
        click.echo(_("Отозвано строк: {rows}.").format(rows=rows))


def _load(file: Path, *, only_check: bool) -> None:
    with database():
        django_ready()
        from svet.tariffs.operations.norms import load_norms
        from svet.tariffs.texts import norms as words

        with _told():
            report = load_norms(file=file, now=datetime.now(UTC), only_check=only_check)
        click.echo(words.norms_loaded(report, applied=not only_check))


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Tell every fault of a file, then fail with the sentence about the whole. :raises Failure:"""
    from svet.cli.refusal_text import in_words
    from svet.tariffs.rules.norm_file import NormFileRefused
    from svet.tariffs.texts import norms as words

    with in_words():
        try:
            yield
        except NormFileRefused as refused:
            for error in refused.errors:
                if error.row:
                    click.echo(words.norm_error(error), err=True)
            raise
