"""Tills that make fiscal receipts: whose they are, where they stand, where their secret lies."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from svet.launcher.embedded import database, django_ready


@click.group("cashbox")
def cashbox_command() -> None:
    """Tills that make fiscal receipts (54-ФЗ).

    Which payments get a receipt by them says svet shop receipts.
    """


@cashbox_command.command("add")
@click.argument("code")
@click.option("--provider", required=True, help="the supplier whose receipts it makes")
@click.option(
    "--address", required=True, help="atol+https://LOGIN@online.atol.ru/possystem/v5/GROUP, no secret"
)
@click.option("--secret", required=True, help="the variable or the file (full path) where the secret lies")
@click.option("--site", required=True, help="the address of the portal, as the receipt names it")
@click.option("--email", required=True, help="the sender of receipts, as the receipt names it")
@click.option(
    "--taxation",
    type=click.Choice(["osn", "usn-income", "usn-income-outcome"]),
    default="osn",
    help="the supplier's system of taxes; osn: VAT by the rate of the supply",
)
def add(code: str, provider: str, address: str, secret: str, site: str, email: str, taxation: str) -> None:
    """Enter a till by CODE: 2-20 small Latin letters, digits and hyphens."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli.refusal_text import in_words
        from svet.fiscal.operations import add_cashbox
        from svet.fiscal.rules.tills import NewCashbox
        from svet.fiscal.rules.vat import Taxation
        from svet.kernel.actors import Actor

        with in_words():
            new = NewCashbox(
                code, provider, address, secret, site, email, Taxation(taxation.replace("-", "_"))
            )
            add_cashbox(new, now=datetime.now(UTC), by=Actor.system("svet cashbox"))
            click.echo(
                _("Касса %(code)s добавлена. Какие платежи получают её чеки: svet shop receipts.")
                % {"code": code}
            )


@cashbox_command.command("off")
@click.argument("code")
def off(code: str) -> None:
    """Send the till CODE nothing new; what it has to make is sent and followed as ever."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli.refusal_text import in_words
        from svet.fiscal.operations import switch_off
        from svet.kernel.actors import Actor

        with in_words():
            switch_off(code=code, now=datetime.now(UTC), by=Actor.system("svet cashbox"))
            click.echo(_("Касса %(code)s выключена.") % {"code": code})


@cashbox_command.command("list")
def list_cashboxes() -> None:
    """Every till: code, whether it is on, whose, how many receipts wait, address, where the secret lies."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.fiscal.queries import cashboxes

        for one in cashboxes():
            state = _("выключена") if one.off_at else _("включена")
            waiting = _("не пробито чеков: %(count)s") % {"count": one.waiting}
            click.echo(f"{one.code:<20} {state}: {one.provider}; {waiting}")
            click.echo(f"{'':<20} {one.address}; {one.secret}; {one.email}")


@cashbox_command.command("retry")
@click.option(
    "--reason",
    type=click.Choice(["refused", "failed", "lost", "vat", "no-contact", "no-cashbox", "silent", "fault"]),
    required=True,
    help="why they stand still, as «Деньги» says",
)
@click.option("--till", default="", help="only receipts of the till with this code")
def retry(reason: str, till: str) -> None:
    """Send again every receipt that stands still for one reason, when it was mended for all of them."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli.refusal_text import in_words
        from svet.fiscal.operations import try_all_again
        from svet.fiscal.rules.refusals import ReceiptReason
        from svet.kernel.actors import Actor

        with in_words():
            done = try_all_again(
                reason=ReceiptReason(f"receipt_{reason.replace('-', '_')}"),
                by=Actor.system("svet cashbox"),
                now=datetime.now(UTC),
                cashbox=till,
            )
            words = _("Уйдут в кассу заново чеков: %(tried)s. Отправить пока нельзя: %(refused)s.")
            click.echo(words % {"tried": done.tried, "refused": done.refused})
