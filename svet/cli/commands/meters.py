"""Meters by command: what the desk does, for scripts and for the day the desk is down."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from svet.config.failures import Failure
from svet.kernel.writing import plain_number
from svet.launcher.embedded import database, django_ready

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group("meter")
def meter_command() -> None:
    """Meters of accounts."""


@meter_command.command("replace")
@click.argument("account")
@click.argument("old")
@click.argument("new")
@click.option("--on", "day", type=DAY, required=True, help="the day of the replacement")
@click.option("--final", multiple=True, required=True, metavar="ZONE=KWH", help="last values of OLD")
@click.option("--initial", multiple=True, metavar="ZONE=KWH", help="first values of NEW  [default: 0]")
@click.option("--scheme", type=click.IntRange(1, 3), default=1, show_default=True, help="zones of NEW")
@click.option("--ratio", metavar="NUMBER", help="of the transformers NEW counts behind  [default: OLD's]")
@click.option("--digits", type=click.IntRange(3, 8), default=6, show_default=True)
@click.option("--decimals", type=click.IntRange(0, 3), default=0, show_default=True)
@click.option("--type", "type_name", default="")
@click.option("--verified", type=DAY, help="last verification of NEW")
@click.option("--next-verification", type=DAY, help="next verification of NEW")
@click.option("--reason", required=True, help="«акт № 17»")
def replace(
    account: str, old: str, new: str, day: datetime, final: tuple[str, ...], initial: tuple[str, ...],
    scheme: int, ratio: str | None, digits: int, decimals: int, type_name: str, verified: datetime | None,
    next_verification: datetime | None, reason: str,
) -> None:  # fmt: skip
    """Take meter OLD of ACCOUNT down and put NEW up, both readings on the one account.

    A replacement that gives back more than one hand may waits for a signature at the desk «Вторая подпись».
    """
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.accounts.queries import accounts_by_number
        from svet.accounts.rules import bare_number
        from svet.billing.operations.drafts.facts import meter_replaced
        from svet.cli.billing.facts import enter
        from svet.cli.refusal_text import in_words
        from svet.kernel.actors import Actor
        from svet.metering import queries
        from svet.metering.operations import MeterRow
        from svet.metering.rules import Zone

        found = [
            meter
            for row in accounts_by_number(bare_number(account))
            for meter in queries.meters_of(account_ids=[row.account_id])
            if meter.serial == bare_number(old)
        ]
        if len(found) != 1:
            raise Failure(
                _("На счёте {account} приборов с номером {old}: {count}, а нужен один.").format(
                    account=account, old=old, count=len(found)
                )
            )
        row = MeterRow(
            account_id=found[0].account_id,
            serial=new,
            installed_on=day.date(),
            scheme=scheme,
            digits=digits,
            decimals=decimals,
            type_name=type_name,
            verified_on=_day(verified),
            next_verification_on=_day(next_verification),
            initial={Zone(name): value for name, value in _values(initial).items()},
        )
        with in_words():
            fact = meter_replaced(
                found[0].public_id,
                final={Zone(name): value for name, value in _values(final).items()},
                new=row,
                ratio=_ratio(ratio),
            )
            entered = enter(
                fact,
                account_public_id=found[0].account.public_id,
                reason=reason,
                by=Actor.system("svet meter replace"),
                now=datetime.now(UTC),
                say=click.echo,
            )
        if entered.draft:
            return
        (meter,) = (
            each
            for each in queries.meters_of(account_ids=[found[0].account_id])
            if each.serial == entered.outcome
        )
        said = _("Счёт {account}: прибор {old} снят, {new} установлен.")
        if meter.ratio != 1:
            said = _("Счёт {account}: прибор {old} снят, {new} установлен, коэффициент {ratio}.")
        click.echo(said.format(account=account, old=old, new=meter.serial, ratio=plain_number(meter.ratio)))


@meter_command.command("readings")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--provider", required=True, help="the supplier's code")
@click.option("--month", required=True, metavar="YYYY-MM", help="whose window the readings are of")
def readings(file: Path, provider: str, month: str) -> None:
    """Write the last readings of a month to FILE, for a supplier that charges by its own billing.

    The register has the columns of «svet import readings». A file that is there is not written over.
    """
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli.billing import parse_month, providers
        from svet.exchange.queries import readings_register

        if file.exists():
            raise Failure(_("Файл %(path)s уже есть: назовите другой.") % {"path": file})
        if not file.absolute().parent.is_dir():
            raise Failure(_("Нет папки %(path)s.") % {"path": file.absolute().parent})
        (supplier,) = providers(provider, all_services=True)
        content, count = readings_register(supplier, parse_month(month))
        file.write_bytes(content)
        click.echo(
            _("%(path)s: показаний %(count)d, поставщик %(name)s")
            % {"path": file, "count": count, "name": supplier.name}
        )


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _ratio(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text.replace(",", "."))
    except InvalidOperation:
        raise Failure(f"--ratio {text}: write it like 30") from None


def _values(pairs: tuple[str, ...]) -> dict[str, Decimal]:
    found = {}
    for pair in pairs:
        name, _equals, value = pair.partition("=")
        if name not in ("single", "day", "night", "peak", "semipeak"):
            raise Failure(f"{pair}: zones are single, day, night, peak, semipeak")
        try:
            found[name] = Decimal(value)
        except InvalidOperation:
            raise Failure(f"{pair}: write it like day=3600") from None
    return found
