"""What the retailer's office does by command line: tariffs, billing, registers, people."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from svet.config.embedded import database, django_ready
from svet.config.failures import Failure

FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@click.group("tariffs")
def tariffs_command() -> None:
    """Tariff tables as dated data."""


@tariffs_command.command("load")
@click.argument("file", type=FILE)
def load(file: Path) -> None:
    """Load the table of FILE; rows that are loaded already stay as they are."""
    with database():
        django_ready()
        from svet.billing.operations import load_tariffs
        from svet.config.wording import in_words

        with in_words():
            report = load_tariffs(file=file, now=datetime.now(UTC))
        click.echo(
            f"{', '.join(report.regions)}: {report.added} rows added, {report.unchanged} already there"
        )


@click.command("bill")
@click.option("--period", required=True, metavar="YYYY-MM", help="the month to charge")
@click.option("--provider", "code", default="", help="the provider's code  [default: every provider]")
@click.option("--charges-only", is_flag=True, help="do not issue the bills yet")
def bill_command(period: str, code: str, charges_only: bool) -> None:
    """Charge a month and issue its bills; a stopped run goes on where it was."""
    with database():
        django_ready()
        from svet.config.billing import bill_month
        from svet.config.wording import in_words

        with in_words():
            bill_month(
                period=period, code=code, issue=not charges_only, now=datetime.now(UTC), say=click.echo
            )


@click.command("import")
@click.argument("profile")
@click.argument("file", type=FILE)
@click.option("--source", default="", help="payments: the bank or collector it came from (svet source list)")
def import_command(profile: str, file: Path, source: str) -> None:
    """Take a register of PROFILE: accounts, readings or payments."""
    with database():
        django_ready()
        from svet.config.wording import in_words
        from svet.exchange.operations import take_file
        from svet.kernel.actors import Actor

        with in_words():
            report = take_file(
                profile=profile, name=file.name, content=file.read_bytes(),
                by=Actor.system("svet import"), now=datetime.now(UTC), source=source,
            )  # fmt: skip
        click.echo(
            f"{report.number}: {report.rows} rows, {report.applied} applied, {report.repeated} repeated,"
            f" {report.suspense} in suspense, {report.rejected} rejected, {report.differs} differ"
        )
        for fault in report.faults[:20]:
            click.echo(f"  {fault}")
    if report.loud:
        sys.exit(1)


@click.group("person")
def person_command() -> None:
    """People who sign in."""


@person_command.command("add")
@click.argument("phone")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, envvar="SVET_PASSWORD")
@click.option("--first-name", default="")
@click.option("--patronymic", default="")
@click.option("--last-name", default="")
def add(phone: str, password: str, first_name: str, patronymic: str, last_name: str) -> None:
    """Open a cabinet for PHONE without a code: the papers were signed at the desk."""
    with database():
        django_ready()
        from svet.config.wording import in_words
        from svet.people.operations import register_directly

        with in_words():
            person = register_directly(
                phone=phone, password=password, first_name=first_name, patronymic=patronymic,
                last_name=last_name, now=datetime.now(UTC),
            )  # fmt: skip
        if not person.pk:
            raise Failure("nobody was added")
        click.echo(f"{person.phone} may sign in")
