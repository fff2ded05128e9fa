"""``svet try``: whether mail, SMS and words for the messenger leave this machine."""

from __future__ import annotations

import re

import click

from svet.config.failures import Failure
from svet.launcher.embedded import database, django_ready

_MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,180}\.[^@\s.]{2,}")


@click.group("try")
def try_command() -> None:
    """Send one test message, at once and past the queue; exits 1 when it was not taken."""


@try_command.command("mail")
@click.argument("address")
def mail_command(address: str) -> None:
    """Send a letter to ADDRESS by SVET_SMTP_HOST."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.notices.operations.trying import try_mail

        if not _MAIL.fullmatch(address):
            raise Failure(_("{address}: это не адрес почты").format(address=address[:80]))
        outcome = try_mail(to=address)
        if not outcome.taken:
            raise Failure(_("Письмо не ушло: {said}").format(said=outcome.said[:300]))
        click.echo(_("Письмо принято сервером: {said}").format(said=outcome.said))


@try_command.command("sms")
@click.argument("phone")
def sms_command(phone: str) -> None:
    """Send a text to PHONE by SVET_SMS_URL; it costs what a text costs."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli.refusal_text import in_words
        from svet.notices.operations.trying import try_sms
        from svet.people.rules.phones import normalise_phone

        with in_words():
            number = normalise_phone(phone)
        outcome = try_sms(to=number)
        if not outcome.taken:
            raise Failure(_("СМС не ушло: {said}").format(said=outcome.said[:300]))
        click.echo(_("СМС принято оператором: {said}").format(said=outcome.said))


@try_command.command("messenger")
@click.argument("phone")
def messenger_command(phone: str) -> None:
    """Write to the messenger that the cabinet of PHONE has connected, by the bot of SVET_MESSENGER_URL."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli.refusal_text import in_words
        from svet.notices.operations.trying import try_messenger
        from svet.people.rules.phones import normalise_phone

        with in_words():
            number = normalise_phone(phone)
        outcome = try_messenger(phone=number)
        if not outcome.taken:
            raise Failure(_("Сообщение не ушло: {said}").format(said=outcome.said[:300]))
        click.echo(_("Сообщение принято мессенджером: {said}").format(said=outcome.said))
