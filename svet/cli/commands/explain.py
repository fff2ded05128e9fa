"""``svet explain`` tells what a bill was computed from; ``svet replay`` computes it again from the file."""

from __future__ import annotations

import sys
from typing import IO

import click

from svet.config.failures import Failure


@click.command("explain")
@click.argument("bill")
@click.option("--json", "as_json", is_flag=True, help="the file that `svet replay` computes again")
@click.option(
    "--account", default="", metavar="NUMBER", help="whose bill, where two suppliers have its number"
)
def explain_command(bill: str, as_json: bool, account: str) -> None:
    """Tell what BILL (its number) was computed from: facts, prices, every line."""
    from svet.launcher.embedded import database, django_ready

    with database():
        django_ready()
        from svet.cli.billing.explaining import told

        click.echo(told(bill, account=account, as_json=as_json), nl=not as_json)


def _in_words(fault: Exception) -> str:
    from svet.billing.rules.explained_lines import ExplanationUnreadable, FileFault

    if not isinstance(fault, ExplanationUnreadable):
        return "it is no text"
    return {
        FileFault.TOO_LONG: "it is too long",
        FileFault.NOT_JSON: f"it is no JSON ({fault.where})",
        FileFault.OTHER_FORMAT: "it says of itself that it is something else",
        FileFault.OTHER_RULES: f"its rules, number {fault.where}, are not known to this version of Svet",
        FileFault.DAMAGED: f"it was changed after it was written ({fault.where})",
    }[fault.fault]


@click.command("replay")
@click.argument("file", type=click.File("r", encoding="utf-8"))
def replay_command(file: IO[str]) -> None:
    """Compute a bill again from FILE (`-`: standard input), which is all that is needed.

    Says what differs and exits 1; a file that cannot be read is said so in a line.
    """
    from svet.billing.rules.explained_lines import ExplanationUnreadable
    from svet.billing.rules.explanation import LONGEST, first_lines, read, replayed

    try:
        explanation = read(file.read(LONGEST + 1))
    except (ExplanationUnreadable, UnicodeDecodeError) as fault:
        raise Failure(f"{file.name} is no file of `svet explain --json`: {_in_words(fault)}") from fault
    wrong = replayed(explanation)
    if wrong:
        click.echo("\n".join(first_lines(wrong)))
        click.echo(f"account {explanation.account}, {explanation.month}: differs in {len(wrong)} places")
        sys.exit(1)
    if not explanation.exact:
        click.echo("note: not all facts are those of the moment of charging; they are the nearest known")
    click.echo(
        f"account {explanation.account}, {explanation.month}: {len(explanation.posted)} lines,"
        f" {explanation.kopecks / 100:.2f} roubles: the same"
    )
