"""Acquiring contracts: a shop at a bank, where its secret lies, and whose money it takes."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

import click

from svet.launcher.embedded import database, django_ready


@click.group("shop")
def shop_command() -> None:
    """Shops at banks that take cards.

    The shop of SVET_ACQUIRING_URL serves every supplier that no other shop does; its code is - (a hyphen).
    """


@shop_command.command("add")
@click.argument("code")
@click.option("--name", required=True, help="as the staff shall read it")
@click.option(
    "--address",
    required=True,
    help="yookassa+https://SHOP@HOST/v3, tbank+https://TERMINAL@HOST/v2"
    " or sber+https://LOGIN@HOST/payment/rest, no secret",
)
@click.option("--secret", required=True, help="the variable or the file (full path) where the secret lies")
@click.option("--provider", "providers", multiple=True, help="a supplier it serves; may be repeated")
@click.option("--no-cards", is_flag=True, help="the bank does not let it keep cards")
def add(code: str, name: str, address: str, secret: str, providers: tuple[str, ...], no_cards: bool) -> None:
    """Enter a contract by CODE: 2-20 small Latin letters, digits and hyphens."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli.refusal_text import in_words
        from svet.kernel.actors import Actor
        from svet.payments.operations import add_shop

        with in_words():
            add_shop(
                code=code,
                name=name,
                address=address,
                secret=secret,
                keeps_cards=not no_cards,
                providers=providers,
                now=datetime.now(UTC),
                by=Actor.system("svet shop"),
            )
            click.echo(_("Договор %(code)s добавлен. Сообщения банка: %(path)s") % {
                "code": code, "path": f"/callbacks/{urlsplit(address).scheme.partition('+')[0]}/{code}/"
            })  # fmt: skip


@shop_command.command("serve")
@click.argument("code")
@click.argument("providers", nargs=-1, required=True)
def serve_provider(code: str, providers: tuple[str, ...]) -> None:
    """Let new payments to PROVIDERS go through the shop CODE (-: that of SVET_ACQUIRING_URL)."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli.refusal_text import in_words
        from svet.kernel.actors import Actor
        from svet.payments.operations import serve

        with in_words():
            serve(code=code, providers=providers, now=datetime.now(UTC), by=Actor.system("svet shop"))
            click.echo(_("Готово: новые платежи идут через %(code)s.") % {"code": code})


@shop_command.command("reserve")
@click.argument("provider")
@click.argument("codes", nargs=-1)
def reserve(provider: str, codes: tuple[str, ...]) -> None:
    """Let the shops CODES (-: that of SVET_ACQUIRING_URL) stand in for PROVIDER's own, in this order.

    They take its new payments while the bank before them is silent, refuses or is off.
    Without CODES none does.
    """
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli.refusal_text import in_words
        from svet.kernel.actors import Actor
        from svet.payments.operations import stand_in

        with in_words():
            stand_in(provider=provider, codes=codes, now=datetime.now(UTC), by=Actor.system("svet shop"))
            said = _("В запасе у %(provider)s: %(codes)s.") if codes else _("В запасе у %(provider)s никого.")
            click.echo(said % {"provider": provider, "codes": ", ".join(codes)})


@shop_command.command("receipts")
@click.argument("code")
@click.argument("maker", type=click.Choice(["bank", "cashbox", "nobody"]))
@click.option("--lost", type=click.Choice(["ask", "cashbox", "nobody"]), help="Of lost disputes.")
def receipts(code: str, maker: str, lost: str | None) -> None:
    """Say who makes the fiscal receipts of the shop CODE (-: that of SVET_ACQUIRING_URL).

    bank: the bank's own till, as long as nothing is said. cashbox: the supplier's till (svet cashbox add).
    nobody: somebody who is not known here. Payments begun before keep theirs;
    receipts that a bank still owes stand at the desk «Деньги», where the accountant closes them.

    --lost says what is done about disputes that are lost from now on, of payments whose receipt the
    supplier's till made. ask: a person decides of each (until something is said). cashbox: the till makes
    the receipt of money that went back. nobody: none is made.
    """
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli.refusal_text import in_words
        from svet.fiscal.queries import tills_to_enter
        from svet.kernel.actors import Actor
        from svet.payments.operations.receipts import choose_maker
        from svet.payments.queries.bank_receipts import late_bank_receipt_count
        from svet.payments.rules.receipts import LostReceipts, ReceiptMaker

        with in_words():
            by, now = Actor.system("svet shop"), datetime.now(UTC)
            said_of_lost = LostReceipts(lost) if lost else None
            choose_maker(code=code, maker=ReceiptMaker(maker), lost=said_of_lost, now=now, by=by)
            said = {
                "bank": _("Чеки новых платежей через %(code)s делает банк."),
                "cashbox": _("Чеки новых платежей через %(code)s делает онлайн-касса поставщика."),
                "nobody": _("Чеков новых платежей через %(code)s мы не делаем."),
            }
            click.echo(said[maker] % {"code": code})
            lacking = tills_to_enter() if maker == ReceiptMaker.CASHBOX.value else []
            if lacking:
                warning = _("Нет онлайн-кассы: %(codes)s. Чеки этих поставщиков ждут svet cashbox add.")
                click.echo(warning % {"codes": ", ".join(lacking)}, err=True)
            late = late_bank_receipt_count(now=now) if maker != ReceiptMaker.BANK.value else 0
            if late:
                old = _(
                    "Чеков прежних платежей, о которых не сказал банк: %(count)s. Их закрывают в «Деньгах»."
                )
                click.echo(old % {"count": late}, err=True)


def _switch(code: str, *, on: bool) -> None:
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli.refusal_text import in_words
        from svet.kernel.actors import Actor
        from svet.payments.operations import switch

        with in_words():
            switch(code=code, on=on, now=datetime.now(UTC), by=Actor.system("svet shop"))
            said = _("Договор %(code)s включён.") if on else _("Договор %(code)s выключен.")
            click.echo(said % {"code": code})


@shop_command.command("off")
@click.argument("code")
def off(code: str) -> None:
    """Take no new payments by the shop CODE; those made before are asked about and given back as ever."""
    _switch(code, on=False)


@shop_command.command("on")
@click.argument("code")
def on(code: str) -> None:
    """Let the shop CODE take new payments again."""
    _switch(code, on=True)


@shop_command.command("list")
def list_shops() -> None:
    """Every shop: code, since when it is off, whom it serves, name, address, where the secret lies."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.payments.queries.receipts import lost_words, makers
        from svet.payments.queries.shops import reserves, shops

        click.echo(f"{'-':<20} " + _("SVET_ACQUIRING_URL: все поставщики, которых нет ниже"))
        for one in shops():
            served = ", ".join(one.providers) or "-"
            state = _("выключен") if one.off_at else _("включён")
            cards = _("карты хранит") if one.keeps_cards else _("карт не хранит")
            click.echo(f"{one.code:<20} {state}, {cards}: {served}")
            click.echo(f"{'':<20} {one.name}; {one.address}; {one.secret}")
        lost = lost_words()
        for named, maker in makers().items():
            said = _("Чеки %(code)s: %(maker)s, проигранных споров: %(lost)s")
            click.echo(said % {"code": named or "-", "maker": maker.value, "lost": lost[named].value})
        for provider, codes in reserves().items():
            named = ", ".join(code or "-" for code in codes)
            click.echo(_("В запасе у %(provider)s: %(codes)s.") % {"provider": provider, "codes": named})
