"""Members of staff by command line: the first administrator, and whoever cannot be helped in the browser."""

from __future__ import annotations

import click

from svet.launcher.embedded import database, django_ready

ROLE = click.Choice(["operator", "billing", "security"])
REASON = click.option("--reason", default="by command line", show_default=True, help="for the journal")
PASSWORD = click.option(
    "--password", prompt=True, hide_input=True, confirmation_prompt=True, envvar="SVET_PASSWORD"
)


@click.group("staff")
def staff_command() -> None:
    """Members of the retailer's staff: who opens the desks at /staff/."""


@staff_command.command("add")
@click.argument("phone")
@click.option("--role", type=ROLE, required=True)
@click.option("--first-name", required=True)
@click.option("--patronymic", default="")
@click.option("--last-name", required=True)
@PASSWORD
@REASON
def add(phone: str, role: str, reason: str, **given: str) -> None:
    """Take somebody on; the second factor is connected at the first sign-in."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli import members
        from svet.people.rules.names import FullName

        password = given.pop("password")
        members.add(phone=phone, password=password, role=role, name=FullName(**given), reason=reason)
        _told(_("{phone}: работает как {role}, вход на /staff/sign-in/."), phone, role)


@staff_command.command("role")
@click.argument("phone")
@click.argument("role", type=ROLE)
@REASON
def role(phone: str, role: str, reason: str) -> None:
    """Give a member another role; their sessions end."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli import members

        members.change_role(phone=phone, role=role, reason=reason)
        _told(_("{phone}: теперь {role}."), phone, role)


@staff_command.command("disable")
@click.argument("phone")
@REASON
def disable(phone: str, reason: str) -> None:
    """End a membership at once."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli import members

        members.disable(phone=phone, reason=reason)
        _told(_("{phone}: доступ закрыт."), phone)


@staff_command.command("enable")
@click.argument("phone")
@REASON
def enable(phone: str, reason: str) -> None:
    """Let a disabled member come back."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli import members

        members.enable(phone=phone, reason=reason)
        _told(_("{phone}: доступ снова открыт."), phone)


@staff_command.command("password")
@click.argument("phone")
@PASSWORD
@REASON
def password(phone: str, password: str, reason: str) -> None:
    """Give a member a new password; their sessions end."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli import members

        members.set_password(phone=phone, password=password, reason=reason)
        _told(_("{phone}: пароль новый, при первом входе его сменят."), phone)


@staff_command.command("forget-factor")
@click.argument("phone")
@REASON
def forget_factor(phone: str, reason: str) -> None:
    """Forget a lost authenticator; the next sign-in connects a new one."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli import members

        members.forget_factor(phone=phone, reason=reason)
        _told(_("{phone}: при следующем входе подключит новое приложение с кодами."), phone)


@staff_command.command("forget-identity")
@click.argument("phone")
@REASON
def forget_identity(phone: str, reason: str) -> None:
    """Let a member bind another identity of the retailer's sign-in service."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli import members

        members.forget_identity(phone=phone, reason=reason)
        _told(_("{phone}: учётную запись привяжет следующий вход через службу компании."), phone)


@staff_command.command("list")
def list_members() -> None:
    """Everybody who is or was of the staff."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.staffing.queries import members

        everybody = list(members())
        if not everybody:
            click.echo(_("Сотрудников ещё нет."))
        for one in everybody:
            state = _("закрыт") if one.disabled_at else one.role.value
            click.echo(f"{one.phone}  {state:9} {one.name}")


def _told(sentence: str, phone: str, role: str = "") -> None:
    """Say what became of a member, the role as the desk calls it."""
    from svet.staffing.rules import Role
    from svet.staffing.texts import ROLES

    click.echo(sentence.format(phone=phone, role=str(ROLES[Role(role)]).lower() if role else ""))
