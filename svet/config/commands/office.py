"""What the retailer's office does by command line: tariffs, registers, people."""

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


@click.command("import")
@click.argument("profile")
@click.argument("file", type=FILE)
def import_command(profile: str, file: Path) -> None:
    """Take a register of PROFILE: accounts, readings or payments."""
    with database():
        django_ready()
        from svet.config.wording import in_words
        from svet.exchange.operations import take_file
        from svet.kernel.actors import Actor

        with in_words():
            report = take_file(
                profile=profile, name=file.name, content=file.read_bytes(),
                by=Actor.system("svet import"), now=datetime.now(UTC),
            )  # fmt: skip
        click.echo(
            f"{report.number}: {report.rows} rows, {report.applied} applied, {report.repeated} repeated,"
            f" {report.suspense} in suspense, {report.rejected} rejected"
        )
        for fault in report.faults[:20]:
            click.echo(f"  {fault}")
    if report.rejected:
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
