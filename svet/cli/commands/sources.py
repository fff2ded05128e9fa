"""Who sends registers of payments: a short code, a name, and whose money it brings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import click

from svet.launcher.embedded import database, django_ready


@click.group("source")
def source_command() -> None:
    """Banks, post and settlement centres that send registers of payments.

    A number of a payment is unique within one source only: name the source of each register by
    `svet import payments FILE --source CODE`.
    """


def layout_options(command: Callable[..., None]) -> Callable[..., None]:
    """What the registers of a source look like; what is not named stays."""
    options = (
        click.option("--encoding", help="auto, cp1251, utf-8, cp866 or koi8-r"),
        click.option("--delimiter", help='";", ",", "|" or tab'),
        click.option("--columns", help="in their order, by commas; - is one nobody reads"),
        click.option("--heading/--no-heading", default=None, help="whether a line of names stands above"),
        click.option("--dates", type=click.Choice(["dmy", "ymd", "mdy"]), help="how days are written"),
        click.option("--sign", type=click.Choice(["written", "turned"]), help="turned: payments below zero"),
        click.option("--control", type=click.Choice(["line", "none"]), help="the last line =count;sum"),
        click.option("--identity", type=click.Choice(["number", "office"]), help="what tells payments apart"),
    )
    for option in reversed(options):
        command = option(command)
    return command


@source_command.command("add")
@layout_options
@click.argument("code")
@click.option("--name", required=True, help="as the staff shall read it")
@click.option("--provider", default="", help="whose money it brings, when it serves one provider only")
@click.option("--inn", default="", help="of its money orders on the statements of our account")
@click.option("--acquirer", is_flag=True, help="it brings what the bank's list of payments tells")
def add(code: str, name: str, provider: str, inn: str, acquirer: bool, **form: str | bool | None) -> None:
    """Name a source by CODE: 2-20 small Latin letters, digits and hyphens."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli.refusal_text import in_words
        from svet.kernel.actors import Actor
        from svet.payments.operations import add_source
        from svet.payments.rules.layouts import layout_of

        with in_words():
            add_source(
                code=code,
                name=name,
                provider_code=provider,
                inn=inn,
                acquirer=acquirer,
                layout=layout_of(form),
                now=datetime.now(UTC),
                by=Actor.system("svet source"),
            )
            click.echo(_("Источник %(code)s добавлен.") % {"code": code})


@source_command.command("set")
@layout_options
@click.argument("code")
def set_source(code: str, **form: str | bool | None) -> None:
    """Say how the source CODE writes its registers from now on."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli.refusal_text import in_words
        from svet.kernel.actors import Actor
        from svet.payments.operations import set_layout
        from svet.payments.queries.suspense import source_by_code
        from svet.payments.rules.layouts import PLAIN_LAYOUT, layout_of

        known = source_by_code(code)
        with in_words():
            set_layout(
                code=code,
                layout=layout_of(form, known.layout if known else PLAIN_LAYOUT),
                now=datetime.now(UTC),
                by=Actor.system("svet source"),
            )
            click.echo(_("Источник %(code)s изменён.") % {"code": code})


@source_command.command("receipts")
@click.argument("code")
@click.argument("maker", type=click.Choice(["agent", "supplier", "unsaid"]))
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="first day of payment it holds for, YYYY-MM-DD; today when absent",
)
def receipts(code: str, maker: str, since: datetime | None) -> None:
    """Say who makes the receipts of money that the source CODE brings.

    agent: who took the money. supplier: the accountant, at a till of the supplier's own. unsaid: nobody has
    said. The portal makes none of them; the desk tells who does.
    """
    with database():
        django_ready()
        from django.utils import timezone

        from svet.cli.refusal_text import in_words
        from svet.kernel.actors import Actor
        from svet.payments.operations.sources import choose_receipts
        from svet.payments.rules.receipts import RegisterReceipts
        from svet.payments.texts.sources import receipts_words

        with in_words():
            now = datetime.now(UTC)
            said = RegisterReceipts(maker)
            day = since.date() if since else timezone.localdate(now)
            choose_receipts(code=code, maker=said, since=day, now=now, by=Actor.system("svet source"))
            click.echo(f"{code}: " + receipts_words(said))


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
