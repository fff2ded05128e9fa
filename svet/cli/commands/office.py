"""What the retailer's office does by command line: tariffs, registers, people."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from svet.config.failures import Failure
from svet.launcher.embedded import database, django_ready

FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@click.command("import")
@click.argument("profile")
@click.argument("file", type=FILE)
@click.option("--source", default="", help="payments: the bank or collector it came from (svet source list)")
@click.option("--without", default="", help="payments: lines to leave out, as 14,20")
@click.option("--despite", is_flag=True, help="payments: take it although the control line disagrees")
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="where to write the rows that were not taken  [default: beside FILE]",
)
def import_command(
    profile: str, file: Path, source: str, without: str, despite: bool, rejects: Path | None
) -> None:
    """Take a register of PROFILE: accounts, terms, readings, payments, openings, charges,
    disputes.

    Or a bank's statement: statement.

    Also of houses with common needs: houses, house-rooms, house-readings; such a file is taken whole or not.

    Rows that were not taken are told one by one and written to a file of the same form; exits 1 then, and
    when money of a payment waits for another reason than an account nobody knows.
    """
    with database():
        django_ready()
        from svet.cli.refusal_text import in_words
        from svet.cli.registers import reject_path, say_it_waits, settled, tell
        from svet.exchange.operations import lines_of, take_file
        from svet.exchange.operations.taking import told_when_it_waits
        from svet.kernel.actors import Actor

        if profile.startswith("house"):
            from svet.cli.registers import take_houses

            with in_words():
                click.echo(take_houses(profile, file.read_bytes(), now=datetime.now(UTC), say=click.echo))
            return
        if profile == "statement":
            from svet.exchange.operations.statements import take_statement
            from svet.exchange.reporting import statement_summary

            with in_words():
                kept = take_statement(
                    name=file.name, content=file.read_bytes(), by=Actor.system("svet import"),
                    now=datetime.now(UTC),
                )  # fmt: skip
            for sentence in (statement_summary(kept), *kept.faults):
                click.echo(sentence)
            if kept.loud:
                sys.exit(1)
            return
        path = reject_path(file, rejects)
        with settled(file) as content:
            with in_words(), told_when_it_waits(lambda: say_it_waits(click.echo)):
                report = take_file(
                    profile=profile, name=file.name, content=content,
                    by=Actor.system("svet import"), now=datetime.now(UTC), source=source,
                    without=lines_of(without), despite=despite,
                )  # fmt: skip
            clean = tell(report, profile=profile, content=content, path=path, source=source, say=click.echo)
    if report.loud or not clean:
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
        from django.utils.translation import gettext as _

        from svet.cli.refusal_text import in_words
        from svet.people.operations import register_directly

        with in_words():
            person = register_directly(
                phone=phone, password=password, first_name=first_name, patronymic=patronymic,
                last_name=last_name, now=datetime.now(UTC),
            )  # fmt: skip
        if not person.person_id:
            raise Failure(_("Никто не добавлен."))
        click.echo(_("{phone}: кабинет открыт.").format(phone=person.phone))
