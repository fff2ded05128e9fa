"""``svet build``, ``svet migrate`` and ``svet manage``: static files and catalogues, the database, Django."""

from __future__ import annotations

import os
import secrets

import click

from svet.config.variables import SECRETS
from svet.launcher.embedded import database, django_ready


@click.command("migrate")
def migrate_command() -> None:
    """Bring the database to this version: once, before it serves. Serving never does so by itself."""
    from svet.launcher.preparation import migrate

    with database() as folder:
        migrate(folder=folder)


@click.command("build")
def build_command() -> None:
    """Collect static files and compile translations: on every machine, or once into its image.

    Asks no database and needs no secret.
    """
    from svet.launcher.preparation import build

    # What is collected depends on no secret, and an image is built where there is none.
    for name in SECRETS:
        for each in (name, f"{name}_FILE"):
            os.environ.pop(each, None)
    os.environ["SVET_SECRET_KEY"] = secrets.token_urlsafe(50)
    build(say=click.echo)


@click.command("manage", context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def manage_command(words: tuple[str, ...]) -> None:
    """Pass a command on to Django, for example ``svet manage shell``."""
    with database():
        django_ready()
        from django.core.management import execute_from_command_line

        execute_from_command_line(["svet manage", *words])
