"""``svet secret-key``, ``svet push-key`` and ``svet rekey``: secrets to make and to change."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import click

from svet.config.failures import Failure
from svet.kernel.push_keys import make_private_key
from svet.launcher.embedded import database, django_ready

_OUT = click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="a new file that only its owner may read"
)


@click.command("secret-key")
@_OUT
def secret_key_command(out: Path | None) -> None:
    """Make a SVET_SECRET_KEY: on the screen, or into a file for SVET_SECRET_KEY_FILE.

    The former one goes into SVET_SECRET_KEY_FALLBACKS until `svet rekey` was run and a month has passed.
    """
    _give(secrets.token_urlsafe(50), out)


@click.command("push-key")
@_OUT
def push_key_command(out: Path | None) -> None:
    """Make a SVET_PUSH_KEY: on the screen, or into a file. Another key makes every browser subscribe anew."""
    _give(make_private_key(), out)


@click.command("rekey")
def rekey_command() -> None:
    """Write second factors and secrets of webhooks anew under SVET_SECRET_KEY; former keys may go then.

    May be stopped and run again while people sign in; exits 1 when no known key opens one of them.
    """
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.people.operations.rekeying import rekey_factors
        from svet.webhooks.operations.rekeying import rekey_webhooks

        found = rekey_factors()
        present, retired, lost = rekey_webhooks(write=True)
        click.echo(
            _("Вторых факторов под нынешним ключом: {present}, перенесено под него: {retired}").format(
                present=found.present, retired=found.retired
            )
        )
        click.echo(
            _("Секретов сообщений программам под нынешним ключом: {present}, перенесено: {retired}").format(
                present=present, retired=retired
            )
        )
        if lost:
            raise Failure(
                _("секретов сообщений программам, закрытых неизвестным ключом: {lost}").format(lost=lost)
            )
        if found.lost:
            raise Failure(
                _(
                    "ключом, которого нет ни в SVET_SECRET_KEY, ни в SVET_SECRET_KEY_FALLBACKS,"
                    " закрыто вторых факторов: {lost}"
                ).format(lost=found.lost)
            )


def _give(secret: str, out: Path | None) -> None:
    """Show the secret or keep it; a file that is there is somebody's secret and stays."""
    if out is None:
        click.echo(secret)
        return
    try:
        number = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(number, "w", encoding="ascii") as file:
            file.write(secret + "\n")
    except OSError as error:
        raise Failure(f"{out} is not written: {error.strerror}") from None
