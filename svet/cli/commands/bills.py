"""Bills on paper: batches of PDFs for the print house, in the order of the route; whose a PDF is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from svet.config.failures import Failure
from svet.launcher.embedded import database, django_ready


@click.group("bills")
def bills_command() -> None:
    """Bills that are issued."""


@bills_command.command("print")
@click.option("--period", default="", metavar="YYYY-MM", help="the month whose bills are printed")
@click.option("--provider", "code", default="", help="the provider's code  [default: every provider]")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="the folder for the files  [default: print in the data folder]",
)
@click.option("--again", default="", metavar="BATCH", help="only draw a batch once more, by its name")
@click.option("--batch-size", "size", type=click.IntRange(1, 2000), default=500, show_default=True)
def print_command(period: str, code: str, out: Path | None, again: str, size: int) -> None:
    """Print the month's paper bills that are in no batch yet.

    Each batch is one PDF in the order of the route, its register (CSV) and its control sheet. A run that was
    stopped is finished by the next one; bills that were printed are not printed a second time.
    """
    with database() as folder:
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli.billing.printing import print_again, print_bills
        from svet.cli.refusal_text import in_words

        into = out or folder / "print"
        with in_words():
            if again:
                print_again(label=again, into=into, now=datetime.now(UTC), say=click.echo)
            elif period:
                print_bills(
                    period=period, code=code, into=into, size=size, now=datetime.now(UTC), say=click.echo
                )
            else:
                raise Failure(_("Назовите месяц: --period ГГГГ-ММ, или пачку: --again ПАЧКА"))


@bills_command.command("whose")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def whose_command(file: Path) -> None:
    """Say of which bill FILE, a PDF that somebody shows, was given out; exits 1 when it is none of ours."""
    with database():
        django_ready()
        from svet.cli.billing.papers import tell_whose

        tell_whose(file, say=click.echo)
