"""``svet migrate`` and ``svet manage``: the database, the static files, the catalogues."""

from __future__ import annotations

import click

from svet.launcher.embedded import database, django_ready


@click.command("migrate")
def migrate_command() -> None:
    """Bring the database, the static files and the translations to this version."""
    from svet.launcher.preparation import prepare

    with database() as folder:
        prepare(folder=folder, say=click.echo)


@click.command("manage", context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def manage_command(words: tuple[str, ...]) -> None:
    """Pass a command on to Django, for example ``svet manage shell``."""
    with database():
        django_ready()
        from django.core.management import execute_from_command_line

        execute_from_command_line(["svet manage", *words])
