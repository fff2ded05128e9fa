"""Outages and planned works by a file and by hand: ``svet outages load | list | cancel``."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from svet.config.failures import Failure
from svet.launcher.embedded import database, django_ready

if TYPE_CHECKING:
    from svet.accounts.queries import ProviderView

PROVIDER = click.option("--provider", required=True, help="the supplier's code")


@click.group("outages")
def outages_command() -> None:
    """Outages and planned works by address."""


@outages_command.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@PROVIDER
def load(file: Path, provider: str) -> None:
    """Take a CSV FILE of outages, one street with its houses a row.

    Columns: number, kind (planned or emergency), begins, ends (local: 29.11.2026 10:00), city, street,
    houses («1-15 нечётные, 20, 22А»; empty: the whole street), why, state (empty or cancelled). The whole
    settlement is the street «весь». The same file once more changes nothing, a corrected one changes, one
    of yesterday undoes nothing.
    """
    with database():
        django_ready()
        from zoneinfo import ZoneInfo

        from django.utils.translation import gettext as _

        from svet.cli.refusal_text import in_words
        from svet.exchange.rules.streams import decode
        from svet.exchange.rules.tables import RegisterColumn, read_table
        from svet.files.operations import check_file
        from svet.kernel.actors import Actor
        from svet.outages.operations import take_row
        from svet.outages.rules.files import FILE_COLUMNS, OutageFault, read_lines
        from svet.outages.rules.refusals import OutageConflict, OutageRefused
        from svet.outages.texts import OUTAGE_ACTS, explain

        supplier, now = _supplier(provider), datetime.now(UTC)
        with in_words():
            columns = [RegisterColumn(name, aliases, must) for name, aliases, must in FILE_COLUMNS]
            content, by = file.read_bytes(), Actor.system("svet outages load")
            check_file(content=content, field="file", by=by, now=now)
            table = read_table(decode(content), columns)
            read, faults = read_lines(
                ((line.number, line.fields) for line in table), zone=ZoneInfo(supplier.time_zone)
            )
        same = 0
        for one in read:
            try:
                done = take_row(
                    one.words,
                    cancelled=one.cancelled,
                    provider_id=supplier.provider_id,
                    by=by,
                    now=now,
                )
            except (OutageRefused, OutageConflict) as refused:
                faults.append(OutageFault(one.row, refused.field or "number", refused))
                continue
            if done is None:
                same += 1
            else:
                click.echo(f"{one.words.number}: {OUTAGE_ACTS[done]}")
        if same:
            click.echo(_("Без изменений: {count}").format(count=same))
        for fault in sorted(faults, key=lambda each: each.row):
            click.echo(
                _("Строка {row}, столбец {column}: {text}").format(
                    row=fault.row, column=fault.column or "places", text=explain(fault.refusal)
                ),
                err=True,
            )
        if faults:
            raise Failure(_("Не принято: {count}. Остальное записано.").format(count=len(faults)))


@outages_command.command("list")
def list_outages() -> None:
    """What stands and what comes: number, hours, where, why."""
    with database():
        django_ready()
        from svet.outages.queries import outages_for_desk
        from svet.outages.texts import STATES, hours_in_figures, place_line

        for view in outages_for_desk(now=datetime.now(UTC), most=None):
            when = hours_in_figures(view.begins_at, view.ends_at, zone=view.zone)
            click.echo(f"{view.number or view.public_id:<20} {STATES[view.state]}: {when}; {view.why}")
            for place in view.places:
                click.echo(f"{'':<20} {place_line(place)}")


@outages_command.command("cancel")
@click.argument("number")
@click.option("--reason", required=True, help="what says so")
@PROVIDER
def cancel(number: str, reason: str, provider: str) -> None:
    """Call off the outage NUMBER of a file; who was told of it is told."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli.refusal_text import in_words
        from svet.kernel.actors import Actor
        from svet.outages.operations import cancel_outage
        from svet.outages.queries import outage_of_number

        now = datetime.now(UTC)
        with in_words():
            found = outage_of_number(provider_id=_supplier(provider).provider_id, number=number, now=now)
            cancel_outage(
                public_id=found.public_id,
                reason=reason,
                by=Actor.system(f"svet outages cancel, {getpass.getuser()}"),
                now=now,
            )
        click.echo(_("Отключение {number} отменено.").format(number=number))


def _supplier(code: str) -> ProviderView:
    from svet.cli.billing import providers

    return providers(code)[0]
