"""Who sends registers of payments: a short code, a name, and whose money it brings."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from svet.launcher.embedded import database, django_ready


@click.group("source")
def source_command() -> None:
    """Banks, post and settlement centres that send registers of payments.

    A number of a payment is unique within one source only: name the source of each register by
    `svet import payments FILE --source CODE`.
    """


@source_command.command("add")
@click.argument("code")
@click.option("--name", required=True, help="as the staff shall read it")
@click.option("--provider", default="", help="whose money it brings, when it serves one provider only")
@click.option("--inn", default="", help="of its money orders on the statements of our account")
@click.option("--acquirer", is_flag=True, help="it brings what the bank's list of payments tells")
def add(code: str, name: str, provider: str, inn: str, acquirer: bool) -> None:
    """Name a source by CODE: 2-20 small Latin letters, digits and hyphens."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli.refusal_text import in_words
        from svet.kernel.actors import Actor
        from svet.payments.operations import add_source

        with in_words():
            add_source(
                code=code,
                name=name,
                provider_code=provider,
                inn=inn,
                acquirer=acquirer,
                now=datetime.now(UTC),
                by=Actor.system("svet source"),
            )
            click.echo(_("Источник %(code)s добавлен.") % {"code": code})


@source_command.command("list")
def list_sources() -> None:
    """Every source: code, whose money it brings, name."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.payments.queries.suspense import sources

        known = sources()
        if not known:
            click.echo(_("Источников пока нет: svet source add КОД --name …"))
        for one in known:
            click.echo(f"{one.code:<20} {one.provider_code or '-':<16} {one.name}")
