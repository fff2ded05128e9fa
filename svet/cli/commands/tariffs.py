"""Tariff tables by command line: looked at, taken, corrected, compared, ended, shown."""

from __future__ import annotations

import getpass
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import click

from svet.launcher.embedded import database, django_ready

FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


class Day(click.ParamType[date]):
    """A day as 2026-12-31 or 31.12.2026."""

    name = "day"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        from svet.tariffs.rules.table_text import read_day

        found = value if isinstance(value, date) else read_day(value)
        if found is None:
            self.fail(f"{value}: write it like 2026-12-31 or 31.12.2026", param, ctx)
        return found


DAY = Day()


@click.group("tariffs")
def tariffs_command() -> None:
    """Tariff tables as dated data."""


@tariffs_command.command("check")
@click.argument("file", type=FILE)
@click.option("--strict", is_flag=True, help="exit 1 also when the publication is incomplete")
def check(file: Path, strict: bool) -> None:
    """Say what is wrong with FILE, what it lacks and what loading it would bring; change nothing.

    Exits 1 when it would be refused.
    """
    with database():
        django_ready()
        from svet.cli.tariffs import load_file

        whole = load_file(file, now=datetime.now(UTC), only_check=True, say=click.echo)
    if strict and not whole:
        sys.exit(1)


@tariffs_command.command("load")
@click.argument("file", type=FILE)
@click.option("--correct", is_flag=True, help="put these prices in the place of loaded ones that are wrong")
@click.option("--document", default="", help="with --correct: what says that these are the right ones")
@click.option("--author", default="", help="with --correct: who corrects  [default: the name you work under]")
@click.option("--dry-run", is_flag=True, help="only say what would come of it")
def load(file: Path, correct: bool, document: str, author: str, dry_run: bool) -> None:
    """Load the table of FILE; rows that are loaded already stay as they are.

    With --correct loaded prices are replaced for the days of the file, the former ones stay to be read, and
    the charged months to be charged anew are listed. Exits 1 when FILE is refused: nothing of it is taken.
    """
    if correct and not document.strip():
        raise click.UsageError("name the --document that says which prices are right")
    if not correct and (document or author):
        raise click.UsageError("--document and --author belong to --correct")
    with database():
        django_ready()
        from svet.cli.tariffs import correct_file, load_file

        now = datetime.now(UTC)
        if correct:
            by = author.strip() or getpass.getuser()
            correct_file(file, document=document.strip(), author=by, now=now, dry_run=dry_run, say=click.echo)
        else:
            load_file(file, now=now, only_check=dry_run, say=click.echo)


@tariffs_command.command("diff")
@click.argument("before", type=FILE)
@click.argument("after", type=FILE, required=False)
def diff(before: Path, after: Path | None) -> None:
    """Compare two files, or what is loaded with one; exits 1 when they differ."""
    with database():
        django_ready()
        from svet.cli.tariffs import compare

        same = compare(before, after, say=click.echo)
    if not same:
        sys.exit(1)


@tariffs_command.command("close")
@click.argument("group")
@click.option("--on", "last", type=DAY, required=True, help="the last day its prices hold")
@click.option("--region", default="", help="not needed if one region only has the group")
def close(group: str, last: date, region: str) -> None:
    """Give the open table of GROUP its last day."""
    with database():
        django_ready()
        from svet.cli.tariffs import close_group

        close_group(
            group, last=last, region=region, author=getpass.getuser(), now=datetime.now(UTC), say=click.echo
        )


@tariffs_command.command("show")
@click.option("--region", default="", help="one region only")
@click.option("--group", default="", help="one group only; its prices are told too")
@click.option("--on", type=DAY, help="only what holds on this day")
@click.option("--replaced", is_flag=True, help="also what corrections have taken away")
def show(region: str, group: str, on: date | None, replaced: bool) -> None:
    """Show which tables are loaded; exits 1 when there is none."""
    with database():
        django_ready()
        from svet.cli.tariffs import show_tables

        found = show_tables(region=region, group=group, on=on, replaced=replaced, say=click.echo)
    if not found:
        sys.exit(1)
