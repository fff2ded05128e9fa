"""``svet backup``, ``svet restore`` and ``svet resume``."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from svet.launcher.embedded import database, django_ready

if TYPE_CHECKING:
    from svet.cli.backup.manifest import Manifest

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command("backup")
@click.option("--to", "to", type=FOLDER, required=True, help="the folder of all backups")
@click.option("--keep", type=click.IntRange(1, 10_000), default=14, show_default=True, help="how many stay")
@click.option("--jobs", type=click.IntRange(1, 64), default=2, show_default=True, help="tables at a time")
def backup_command(to: Path, keep: int, jobs: int) -> None:
    """Write a backup of the database and of the files beside it.

    People go on working meanwhile. The keys of SVET_SECRET_KEY and SVET_PUSH_KEY are not in it: keep them
    elsewhere.
    """
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli.backup.making import make_backup
        from svet.look.formats import number
        from svet.site.operations import note_care
        from svet.site.rules import Care

        began, now = time.monotonic(), datetime.now(UTC)
        made = make_backup(
            url=os.environ["SVET_DATABASE_URL"], to=to.absolute(), keep=keep, jobs=jobs, now=now
        )
        note_care(care=Care.BACKUP, well=True, words=made.folder.name, now=now)
        click.echo(
            _("Копия готова: {folder}, строк {rows}, {size} МБ, {seconds} с").format(
                folder=made.folder,
                rows=number(sum(made.manifest.rows.values())),
                size=number(round(made.manifest.size / 2**20)),
                seconds=round(time.monotonic() - began, 1),
            )
        )


@click.command("restore")
@click.argument("folder", type=FOLDER)
@click.option("--yes", is_flag=True, help="do not ask")
@click.option("--check", "only_check", is_flag=True, help="only prove the backup's files")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True,
              help="tables at a time; with more than one a failure leaves a part behind")  # fmt: skip
def restore_command(folder: Path, yes: bool, only_check: bool, jobs: int) -> None:
    """Restore a backup into an empty database, bring it to this version, and prove its promises.

    FOLDER is a backup, or the folder of all, of which the newest is taken. Nothing goes out of the restored
    database before `svet resume`. Exits 1 when a promise is broken.
    """
    if only_check:
        # Files are proved without any database.
        django_ready()
        _checked(folder.absolute())
        return
    with database() as home:
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli.backup import restoring

        whole, manifest = _checked(folder.absolute())
        url = os.environ["SVET_DATABASE_URL"]
        restoring.check_target(url, manifest)
        for said in restoring.changed_keys(manifest):
            click.echo("! " + said)
        click.echo(_("База будет заполнена из этой копии, и ничего не будет отправлять до svet resume."))
        if not yes:
            click.confirm(_("Восстановить?"), abort=True)
        began = time.monotonic()
        restoring.restore(whole, manifest, url=url, jobs=jobs)
        _finish(whole, home)
        click.echo(_("Восстановлено за {seconds} с.").format(seconds=round(time.monotonic() - began, 1)))
        broken = _prove()
    if broken:
        sys.exit(1)


def _checked(folder: Path) -> tuple[Path, Manifest]:
    """The newest whole backup of a folder, told in a line. :raises Failure: it is not whole"""
    from django.utils.translation import gettext as _

    from svet.cli.backup import restoring
    from svet.cli.backup.making import newest
    from svet.look.formats import moment, number

    folder = newest(folder)
    manifest = restoring.check_backup(folder)
    click.echo(
        _("{folder}: Свет {version}, {made_at}, строк {rows}; файлы целы").format(
            folder=folder,
            version=manifest.svet,
            made_at=moment(manifest.made_at),
            rows=number(sum(manifest.rows.values())),
        )
    )
    return folder, manifest


def _finish(folder: Path, home: Path) -> None:
    from svet.cli.backup import restoring
    from svet.cli.backup.manifest import read_manifest
    from svet.launcher.preparation import migrate

    migrate(folder=home)
    restoring.make_safe(copied_at=read_manifest(folder).made_at, now=datetime.now(UTC))
    for said in restoring.bring_files(folder):
        click.echo("! " + said)


def _prove() -> int:
    """Print the table of promises; says how many are broken."""
    from svet.cli.verification.promises import verdict_line, verify

    broken = 0
    for verdict in verify(now=datetime.now(UTC)):
        broken += bool(verdict.breaches)
        click.echo(verdict_line(verdict))
        for breach in verdict.breaches[:10]:
            click.echo(f"      {breach}")
    return broken


@click.command("resume")
@click.option("--send", "fate", flag_value="send", help="send the messages that wait, some maybe again")
@click.option("--drop", "fate", flag_value="drop", help="send none of them: they may have gone out already")
@click.option("--hold", "copied", type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]),
              help="let nothing go out: the cluster was set back to this moment (UTC)")  # fmt: skip
def resume_command(fate: str | None, copied: datetime | None) -> None:
    """Let a restored or copied database send messages and ask the bank again.

    Without an option it only says what waits.
    """
    with database():
        django_ready()
        from svet.cli.backup.restoring import make_safe
        from svet.cli.backup.resuming import resume, waiting

        now = datetime.now(UTC)
        if copied is not None:
            make_safe(copied_at=copied.replace(tzinfo=UTC), now=now)
        for line in waiting():
            click.echo(line)
        if fate is not None:
            for line in resume(drop=fate == "drop", now=now):
                click.echo(line)
