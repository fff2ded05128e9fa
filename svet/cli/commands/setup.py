"""``svet setup``: who runs this portal."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from django.utils.translation import gettext as _

from svet.config.failures import Failure
from svet.launcher.embedded import database, django_ready

if TYPE_CHECKING:
    from svet.setup.operations.writing import Report
    from svet.setup.rules import SetupPlan, SetupState

FILE = click.Path(dir_okay=False, path_type=Path)
MONTH = click.DateTime(formats=["%Y-%m"])


@click.command("setup")
@click.option("--file", "file", type=FILE, help="take the answers from this file (TOML) instead of asking")
@click.option("--print", "shown", is_flag=True, help="print what stands as such a file, change nothing")
@click.option("--dry-run", is_flag=True, help="say what would change, change nothing")
@click.option("--norm-from", type=MONTH, help="the month a new norm holds from, YYYY-MM  [default: this one]")
def setup_command(file: Path | None, shown: bool, dry_run: bool, norm_from: datetime | None) -> None:
    """Say who runs this portal: the retailer, its suppliers, the first member of staff.

    Without --file it asks. It may be repeated: only what is new is written, all of it or nothing.
    """
    with database():
        django_ready()
        from svet.cli.refusal_text import in_words
        from svet.setup.operations import files, writing
        from svet.setup.queries import present

        now = datetime.now(UTC)
        if shown:
            click.echo(files.written(present(now=now)), nl=False)
            return
        state = present(now=now)
        plan = _asked(state) if file is None else _read(file, state)
        report = writing.would_change(plan, now=now)
        if file is None and not dry_run and not report.nothing:
            _say(report)
            if not click.confirm(_("Записать?"), default=True):
                raise Failure(_("ничего не записано"))
        if not dry_run:
            plan = _with_passwords(plan, report)
            try:
                with in_words():
                    since = norm_from.date() if norm_from else None
                    report = writing.write(plan, made_of=state, norm_from=since, now=now)
            except (Failure, writing.ChangedMeanwhile) as fault:
                if file is None:
                    click.echo(_("Ваши ответы, чтобы не вводить их снова:"))
                    click.echo(files.answers(plan))
                if isinstance(fault, Failure):
                    raise
                raise Failure(
                    _("тем временем настройку изменил кто-то другой, ничего не записано: повторите")
                ) from None
        if file is not None or dry_run:
            _say(report)
        _conclude(report, dry_run=dry_run)


def _asked(state: SetupState) -> SetupPlan:
    from svet.cli.setup.asking import interview

    try:
        return interview(state=state, ask=_ask, say=click.echo)
    except (click.Abort, EOFError):
        raise Failure(_("прервано, ничего не записано")) from None


def _read(file: Path, state: SetupState) -> SetupPlan:
    from svet.setup.operations import files

    try:
        return files.read(file, state=state)
    except files.WrongFile as wrong:
        for fault in wrong.faults:
            click.echo(fault, err=True)
        raise Failure(_("в файле есть ошибки, ничего не записано")) from None


def _with_passwords(plan: SetupPlan, report: Report) -> SetupPlan:
    """New members get a password: of SVET_PASSWORD, or asked for."""
    from svet.cli.setup.asking import ask_password

    found: list[Mapping[str, str]] = []
    for member in plan.members:
        if member["phone"] in report.taken_on and "password" not in member:
            password = os.environ.get("SVET_PASSWORD", "")
            if not password and not sys.stdin.isatty():
                raise Failure(_("задайте пароль первого сотрудника в переменной SVET_PASSWORD"))
            if not password:
                click.echo(_("Сотрудник %(phone)s") % {"phone": member["phone"]})
                password = ask_password(member["phone"], ask=_ask, say=click.echo)
            found.append({**member, "password": password})
        else:
            found.append(member)
    return replace(plan, members=tuple(found))


def _ask(question: str, offered: str, hidden: bool) -> str:
    answer: str = click.prompt(
        question, default=offered, show_default=bool(offered), hide_input=hidden, prompt_suffix=": "
    )
    return answer


def _say(report: Report) -> None:
    nothing = _("(пусто)")
    for change in report.changes:
        click.echo(f"{change.place}: {change.before or nothing} → {change.after or nothing}")
    for kind in report.published:
        click.echo(_("agreements.%(kind)s: новая редакция") % {"kind": kind.value})
    for phone in report.taken_on:
        click.echo(_("staff: %(phone)s, администратор") % {"phone": phone})
    for phone in report.there_before:
        click.echo(_("staff: %(phone)s уже работает, остаётся как есть") % {"phone": phone})


def _conclude(report: Report, *, dry_run: bool) -> None:
    if report.nothing:
        click.echo(_("Всё уже так: ничего не изменилось."))
    elif dry_run:
        click.echo(_("Это проба: ничего не записано."))
    else:
        click.echo(_("Записано. Текущее состояние показывает svet setup --print."))
