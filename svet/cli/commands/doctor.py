"""``svet doctor``: what this installation lacks, in plain words; exits 1 when somebody cannot work."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

import click

from svet.launcher.embedded import database, django_ready


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="for programs")
def doctor_command(as_json: bool) -> None:
    """Look at everything an installation needs, and say what is missing and what mends it.

    Nothing is changed and nothing is sent. Exits 1 when something does not work, 0 also when something will
    soon not work.
    """
    with database():
        django_ready()
        from svet.cli.doctor.findings import Health
        from svet.cli.doctor.looking import look, told

        findings = look(now=datetime.now(UTC))
        if as_json:
            rows = [
                {
                    "health": each.health.name.lower(),
                    "what": each.what,
                    "said": each.said,
                    "advice": each.advice,
                }
                for each in findings
            ]
            click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        else:
            for line in told(findings):
                click.echo(line)
    if any(each.health is Health.ILL for each in findings):
        sys.exit(1)
