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
    from django.utils.translation import gettext as _

    from svet.billing.rules.explained_lines import ExplanationUnreadable, FileFault

    if not isinstance(fault, ExplanationUnreadable):
        return _("это не текст")
    return {
        FileFault.TOO_LONG: _("он слишком длинный"),
        FileFault.NOT_JSON: _("это не JSON ({where})"),
        FileFault.OTHER_FORMAT: _("он называет себя чем-то другим"),
        FileFault.OTHER_RULES: _("его правил, номер {where}, эта версия Света не знает"),
        FileFault.DAMAGED: _("его изменили после записи ({where})"),
    }[fault.fault].format(where=fault.where)


@click.command("replay")
@click.argument("file", type=click.File("r", encoding="utf-8"))
def replay_command(file: IO[str]) -> None:
    """Compute a bill again from FILE (`-`: standard input), which is all that is needed.

    Says what differs and exits 1; a file that cannot be read is said so in a line.
    """
    from svet.cli.commands.words import ready_words

    ready_words()
    from django.utils.translation import gettext as _

    from svet.billing.rules.explained_lines import ExplanationUnreadable
    from svet.billing.rules.explanation import LONGEST, read, replayed
    from svet.billing.texts.replays import first_faults
    from svet.look.formats import roubles

    try:
        explanation = read(file.read(LONGEST + 1))
    except (ExplanationUnreadable, UnicodeDecodeError) as fault:
        told = _("{file} не файл команды svet explain --json: {fault}")
        raise Failure(told.format(file=file.name, fault=_in_words(fault))) from fault
    title = _("лицевой счёт {account}, {month}").format(account=explanation.account, month=explanation.month)
    wrong = replayed(explanation)
    if wrong:
        click.echo("\n".join(first_faults(wrong)))
        click.echo(_("{title}: отличается в {count} местах").format(title=title, count=len(wrong)))
        sys.exit(1)
    if not explanation.exact:
        click.echo(_("Не все данные такие, какими были в тот день: взяты ближайшие известные"))
    click.echo(
        _("{title}: строк {lines}, {sum}: совпадает до копейки").format(
            title=title, lines=len(explanation.posted), sum=roubles(explanation.kopecks)
        )
    )
