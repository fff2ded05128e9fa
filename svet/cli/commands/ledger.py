"""The ledger for people who keep books: as plain text."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from svet.config.failures import Failure
from svet.launcher.embedded import database, django_ready


@click.group("ledger")
def ledger_command() -> None:
    """What every account owes and why, posting by posting."""


@ledger_command.command("export")
@click.option(
    "--format", "form", required=True, type=click.Choice(["hledger", "beancount"]), help="whose language"
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="the first day of posting; what was before it is opening balances",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="a file that is not there yet  [default: standard output]",
)
def export(form: str, since: datetime | None, out: Path | None) -> None:
    """Write the ledger as plain-text accounting, with the balance of every account to be checked."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.ledger.reporting import PlainTextForm, export_ledger

        lines = export_ledger(form=PlainTextForm(form), since=since.date() if since else None)
        if out is None:
            for line in lines:
                click.echo(line)
            return
        try:
            with out.open("x", encoding="utf-8", newline="\n") as file:
                file.writelines(f"{line}\n" for line in lines)
        except FileExistsError:
            raise Failure(_("Файл %(path)s уже есть: назовите другой.") % {"path": out}) from None
        except OSError as error:
            said = {"path": out, "why": error.strerror or ""}
            raise Failure(_("Файл %(path)s не записать (%(why)s).") % said) from None
        click.echo(_("Книги записаны: %(path)s") % {"path": out})
