"""Charging by command line: the month, what it could not charge, and the rules it goes by."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import click

from svet.cli.commands.amounts import AMOUNT, kopecks_of
from svet.cli.commands.decisions import decision_command
from svet.cli.commands.limits import limits_command
from svet.launcher.embedded import database, django_ready

#: As words of the command line: the kept ones have underscores.
REASONS = (
    "no-tariff", "no-norm", "no-residents", "no-meter", "no-first-reading", "contradiction",
    "held", "decision-misses", "large-difference", "old-difference", "no-house-volume", "wrong-share",
)  # fmt: skip
PRORATIONS = ("by-day", "at-reading")
PENALTY_MODES = ("off", "accrued", "shown")
ORDERS = ("energy-first", "month-by-month")


@click.group("bill", invoke_without_command=True)
@click.option("--period", default="", metavar="YYYY-MM", help="the month to charge  [required]")
@click.option("--provider", "code", default="", help="the provider's code  [default: every provider]")
@click.option("--charges-only", is_flag=True, help="do not issue the bills yet")
@click.option("--before-cut-off", is_flag=True, help="charge though readings of the month may still come")
@click.option("--over-gap", is_flag=True, help="charge though an earlier month is missing or mostly failed")
@click.option("--issue-anyway", is_flag=True, help="issue the bills though many accounts are not charged")
@click.pass_context
def bill_command(
    context: click.Context, period: str, code: str, charges_only: bool, before_cut_off: bool,
    over_gap: bool, issue_anyway: bool,
) -> None:  # fmt: skip
    """Charge a month and issue its bills; a stopped run goes on where it was.

    Exits 1 while an account is not charged: its reason and what to do are told, `problems` lists all of them.
    """
    if context.invoked_subcommand is not None:
        given = (period, code, charges_only, before_cut_off, over_gap, issue_anyway)
        if any(given):
            raise click.UsageError(f"write the options behind {context.invoked_subcommand}")
        return
    if not period:
        raise click.UsageError("Missing option '--period'.")
    with database():
        django_ready()
        from svet.cli.billing import Insisting, bill_month

        done = bill_month(
            period=period,
            code=code,
            issue=not charges_only,
            now=datetime.now(UTC),
            say=click.echo,
            insisting=Insisting(before_cut_off=before_cut_off, over_gap=over_gap, issue_anyway=issue_anyway),
        )
    if not done:
        sys.exit(1)


@bill_command.command("problems")
@click.option("--period", default="", metavar="YYYY-MM", help="one month  [default: what is open of all]")
@click.option("--provider", "code", default="", help="the provider's code  [default: every provider]")
@click.option("--reason", type=click.Choice(REASONS), help="one reason only")
def problems(period: str, code: str, reason: str | None) -> None:
    """List every account that could not be charged, why, and what to do."""
    with database():
        django_ready()
        from svet.cli.billing import list_problems

        list_problems(period=period, code=code, reason=_kept(reason or ""), say=click.echo)


@bill_command.command("differences")
@click.option("--provider", "code", default="", help="the provider's code  [default: every provider]")
def differences(code: str) -> None:
    """List accounts whose charges are not what all their data give, and change nothing."""
    with database():
        django_ready()
        from svet.cli.billing import list_differences

        list_differences(code=code, say=click.echo)


@bill_command.command("check")
@click.argument("period", metavar="YYYY-MM")
@click.option("--provider", "code", default="", help="the provider's code  [default: every provider]")
def check(period: str, code: str) -> None:
    """Look at what a month needs before it is charged; exits 1 while something is in the way."""
    with database():
        django_ready()
        from svet.cli.billing.months import check_month

        done = check_month(period=period, code=code, now=datetime.now(UTC), say=click.echo)
    if not done:
        sys.exit(1)


@bill_command.command("dry-run")
@click.argument("period", metavar="YYYY-MM")
@click.option("--provider", "code", default="", help="the provider's code  [default: every provider]")
@click.option("--by", "author", required=True, metavar="NAME", help="who makes it; another one releases it")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="draw the sample by this number")
@click.option("--csv", "file", type=click.Path(dir_okay=False, path_type=Path), help="write every account")
def dry_run(period: str, code: str, author: str, seed: int | None, file: Path | None) -> None:
    """Compute what a month would charge, beside the month before, and post nothing.

    What is told is kept with its author and moment, for another person to release.
    """
    with database():
        django_ready()
        from svet.cli.billing.months import dry_run_month

        done = dry_run_month(
            period=period,
            code=code,
            author=author,
            seed=seed,
            file=file,
            clock=lambda: datetime.now(UTC),
            say=click.echo,
        )
    if not done:
        sys.exit(1)


@bill_command.command("release")
@click.argument("period", metavar="YYYY-MM")
@click.option("--provider", "code", default="", help="the provider's code; not needed if there is one only")
@click.option("--by", "author", required=True, metavar="NAME", help="who releases: not who made the dry run")
def release(period: str, code: str, author: str) -> None:
    """Let a month be charged if a run would still do what its dry run said."""
    with database():
        django_ready()
        from svet.cli.billing.months import release as release_month
        from svet.cli.refusal_text import in_words

        with in_words():
            release_month(
                period=period, code=code, author=author, clock=lambda: datetime.now(UTC), say=click.echo
            )


@bill_command.command("confirm")
@click.argument("period", metavar="YYYY-MM")
@click.option("--provider", "code", default="", help="the provider's code; not needed if there is one only")
@click.option("--by", "author", required=True, metavar="NAME", help="who has looked: not who charged")
def confirm(period: str, code: str, author: str) -> None:
    """Let bills go out although the month's totals are unlike those of the month before."""
    with database():
        django_ready()
        from svet.cli.billing.months import confirm as confirm_month
        from svet.cli.refusal_text import in_words

        with in_words():
            confirm_month(period=period, code=code, author=author, now=datetime.now(UTC), say=click.echo)


@bill_command.command("retry")
@click.argument("period", metavar="YYYY-MM")
@click.argument("numbers", metavar="ACCOUNT...", nargs=-1, required=True)
@click.option("--provider", "code", default="", help="the provider's code; not needed if there is one only")
def retry(period: str, numbers: tuple[str, ...], code: str) -> None:
    """Try chosen accounts of a charged month again, once what was wrong is mended."""
    with database():
        django_ready()
        from svet.cli.billing.months import retry as retry_accounts
        from svet.cli.refusal_text import in_words

        with in_words():
            done = retry_accounts(
                period=period, code=code, numbers=numbers, clock=lambda: datetime.now(UTC), say=click.echo
            )
    if not done:
        sys.exit(1)


@click.group("policy")
def policy_command() -> None:
    """Rules of charging as dated data: the norm, averages, changes of prices."""


@policy_command.command("show")
@click.option("--provider", "code", default="", help="the provider's code  [default: every provider]")
def show(code: str) -> None:
    """Show the rules and since when they hold."""
    with database():
        django_ready()
        from django.utils import timezone

        from svet.cli.billing.policies import show_policies

        show_policies(code=code, today=timezone.localdate(), say=click.echo)


@policy_command.command("set")
@click.option("--provider", "code", default="", help="the provider's code; not needed if there is one only")
@click.option("--from", "since", required=True, metavar="YYYY-MM", help="the first month they hold for")
@click.option("--norm", type=AMOUNT, help="kWh a person and month, for who has no readings")
@click.option("--proration", type=click.Choice(PRORATIONS), help="over a change of prices")
@click.option("--average-months", type=int, help="charge so many months in a row by average, then by norm")
@click.option("--base-months", type=int, help="the average is of so many months")
@click.option("--base-least", type=int, help="and of no fewer than so many")
@click.option("--problems-percent", type=AMOUNT, help="issue no bills when more accounts are not charged")
@click.option("--movers-percent", type=AMOUNT, help="a dry run shows accounts that change by more than this")
@click.option("--decision-limit", type=AMOUNT, help="roubles: decisions beyond it are signed by two")
@click.option(
    "--brake-limit", type=AMOUNT, help="roubles: larger corrections of an account wait for a person"
)
@click.option("--brake-months", type=int, help="corrections that reach further back wait for a person")
@click.option("--totals-percent", type=AMOUNT, help="bills wait when the month's sum moved by more than this")
@click.option("--movers-share", type=AMOUNT, help="or when more than so many percent of the accounts did")
@click.option(
    "--release-required/--no-release",
    "release_required",
    default=None,
    help="charge only what a second person has released",
)
def set_(
    code: str, since: str, norm: Decimal | None, proration: str | None, average_months: int | None,
    base_months: int | None, base_least: int | None, problems_percent: Decimal | None,
    movers_percent: Decimal | None, release_required: bool | None, decision_limit: Decimal | None,
    brake_limit: Decimal | None, brake_months: int | None, totals_percent: Decimal | None,
    movers_share: Decimal | None,
) -> None:  # fmt: skip
    """Let rules hold from a month on; what is not named stays as it was. A charged month keeps its rules."""
    with database():
        django_ready()
        from svet.billing.rules import Proration
        from svet.cli.billing.policies import set_policy
        from svet.cli.refusal_text import in_words

        with in_words():
            set_policy(
                code=code,
                since=since,
                norm=norm,
                proration=None if proration is None else Proration(_kept(proration)),
                average_periods=average_months,
                average_base_months=base_months,
                average_base_least=base_least,
                problems_percent=problems_percent,
                movers_percent=movers_percent,
                release_required=release_required,
                decision_kopecks=kopecks_of(decision_limit),
                brake_kopecks=kopecks_of(brake_limit),
                brake_months=brake_months,
                totals_percent=totals_percent,
                movers_share=movers_share,
                now=datetime.now(UTC),
                say=click.echo,
            )


@policy_command.command("penalties")
@click.option(
    "--provider", "code", default="", help="the provider's code; to set, not needed if there is one"
)
@click.option("--from", "since", default="", metavar="YYYY-MM", help="the first month it holds for")
@click.option("--mode", type=click.Choice(PENALTY_MODES), help="whether penalties are counted and shown")
@click.option("--order", type=click.Choice(ORDERS), help="what money pays that names no month")
def penalties(code: str, since: str, mode: str | None, order: str | None) -> None:
    """Show what is done about penalties and how months ran; with --from, choose it from a month on."""
    with database():
        django_ready()
        from django.utils import timezone

        from svet.cli.billing.policies import choose_penalties, show_penalty_policies
        from svet.cli.refusal_text import in_words
        from svet.penalties.rules.policies import PenaltyMode
        from svet.penalties.rules.streams import AllocationOrder

        with in_words():
            if not (since or mode or order):
                show_penalty_policies(code=code, today=timezone.localdate(), say=click.echo)
                return
            choose_penalties(
                code=code,
                since=since,
                mode=None if mode is None else PenaltyMode(mode),
                order=None if order is None else AllocationOrder(_kept(order)),
                now=datetime.now(UTC),
                say=click.echo,
            )


# The commands of decisions stand beside the months.
bill_command.add_command(decision_command)
policy_command.add_command(limits_command)


def _kept(word: str) -> str:
    """A word of the command line as it is kept."""
    return word.replace("-", "_")
