"""The ``svet`` command: each subcommand is a module of ``svet.cli.commands``, imported when it is used."""

from __future__ import annotations

import importlib
import sys

import click

from svet import __version__
from svet.config.failures import Failure

# name → (module, one line for `svet --help`): the line is kept here so that help imports nothing.
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "Start everything in the foreground with the sample town."),
    "web": ("serve", "Serve the pages (granian)."),
    "worker": ("serve", "Do the background jobs."),
    "sandbox": ("serve", "Run the outer world of the demo: bank, SMS centre, mail server."),
    "build": ("database", "Collect static files and compile translations; asks no database."),
    "migrate": ("database", "Bring the database to this version."),
    "town": ("serve", "Build the sample town (the demo does it by itself)."),
    "explain": ("explain", "A bill with everything it was computed from, to read or as a file (--json)."),
    "replay": ("explain", "Compute such a file again, without a database; exits 1 on any difference."),
    "manage": ("database", "Pass a command on to Django: svet manage shell."),
    "verify": ("verify", "Check the invariants of money, readings and bills."),
    "backup": ("backup", "Write a backup: svet backup --to FOLDER."),
    "restore": ("backup", "Restore a backup into an empty database: svet restore FOLDER."),
    "drill": ("drill", "Restore the newest backup into a throw-away cluster and prove it."),
    "resume": ("backup", "Let a restored database send messages and ask the bank again."),
    "reconcile": ("reconcile", "Compare a day with the bank's own list: svet reconcile --day YYYY-MM-DD."),
    "tariffs": ("tariffs", "Tariff tables: check, load (also --correct), diff, close, show."),
    "norms": ("norms", "Norms of consumption: check, load, show, withdraw."),
    "bill": ("billing", "Charge a month and issue its bills; check, dry-run, release, problems, retry."),
    "bills": ("bills", "Bills on paper: print --period YYYY-MM, print --again BATCH."),
    "law": ("law", "Key rates, caps of penalties, moratoria: show, enter, withdraw."),
    "penalties": ("penalties", "What late payment of an account has cost so far: svet penalties NUMBER."),
    "policy": ("billing", "Rules of charging: show, set; penalties (all dated)."),
    "import": ("office", "Take a register file: svet import PROFILE FILE."),
    "ledger": ("ledger", "The ledger as plain text for hledger or beancount: export."),
    "money": ("money", "Corrections of books and refunds: list, show, sign, refuse."),
    "shop": ("shops", "Shops at banks that take cards: add, serve, receipts, off, on, list."),
    "cashbox": ("cashboxes", "Tills that make fiscal receipts: add, off, list, retry."),
    "source": ("sources", "Banks and collectors that send registers of payments: add, list."),
    "account": ("accounts", "Accounts: terms NUMBER (tariff group, residents and others, dated)."),
    "act": ("acts", "Acts about meters and accounts: write, end, withdraw, list."),
    "meter": ("meters", "Meters: replace ACCOUNT OLD NEW."),
    "outages": ("outages", "Outages and planned works by address: load, list, cancel."),
    "person": ("office", "People: add a sign-in."),
    "staff": (
        "staff",
        "Members of staff: add, role, disable, password, list and more.",
    ),
    "doctor": ("doctor", "Say what this installation lacks, and what mends it."),
    "setup": ("setup", "Say who runs this portal: retailer, suppliers, first member of staff."),
    "try": ("trying", "Send one test message: svet try mail ADDRESS, try sms or messenger PHONE."),
    "secret-key": ("keys", "Make a secret key for an installation (SVET_SECRET_KEY)."),
    "rekey": ("keys", "Write second factors anew after a change of SVET_SECRET_KEY."),
    "push-key": ("keys", "Make a key for notices in browsers (SVET_PUSH_KEY)."),
    "shots": ("shots", "Take screenshots of every page."),
}


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"svet.cli.commands.{COMMANDS[cmd_name][0]}")
        command = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version=__version__, prog_name="svet")
def svet() -> None:
    """Svet: customer portal and billing for electricity retailers."""


def main() -> None:
    """Run the command line; foreseen failures are one line and exit code 1."""
    try:
        svet(prog_name="svet")
    except Failure as failure:
        _fail(str(failure))
    except Exception as error:
        # A database that went away or is too old is the operator's affair, wherever it was noticed.
        kind, said = type(error).__name__, str(error).partition("\n")[0]
        if kind == "ProgrammingError" and "does not exist" in said:
            _fail(f"the database is not at this version ({said}): run svet migrate")
        if kind != "OperationalError":
            # Not Python's own traceback: timers write into the journal of the machine what this says.
            from svet.config.logs.faults import told

            click.echo(told((type(error), error, error.__traceback__)), err=True)
            sys.exit(1)
        _fail(f"the database does not answer: {said}")


def _fail(line: str) -> None:
    click.echo(f"svet: {line}", err=True)
    sys.exit(1)
