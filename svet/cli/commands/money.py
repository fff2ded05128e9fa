"""Corrections of books and refunds by command: what waits, what each would do, a signature, a refusal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from svet.config.failures import Failure
from svet.launcher.embedded import database, django_ready

if TYPE_CHECKING:
    from svet.kernel.actors import Actor
    from svet.payments.queries.acts import MoneyActView
    from svet.payments.queries.refunds import RefundRequestView

Command = Callable[..., None]
#: So many of each kind are listed.
MOST = 200


def _member(command: Command) -> Command:
    """The options that say who signs, and prove it."""
    for option in (
        click.option("--code", prompt=True, help="of the member's application"),
        click.option("--password", prompt=True, hide_input=True, help="of the member"),
        click.option("--phone", required=True, help="of the member of staff who decides"),
    ):
        command = option(command)
    return command


@click.group("money")
def money_command() -> None:
    """Corrections of books and refunds that staff write down: list, show, sign, refuse.

    They are written at the desk. Two sign here as there: a signature needs the phone, password and code of a
    member other than the first.
    """


@money_command.command("list")
def list_waiting() -> None:
    """What waits for a second signature, or for a word on what the bank will not tell; the oldest first."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.payments.queries.acts import waiting_acts
        from svet.payments.queries.refunds import waiting_refunds

        acts, back = waiting_acts(limit=MOST), waiting_refunds(limit=MOST)
        for act in acts:
            click.echo(_act_line(act))
        for refund in back:
            click.echo(_refund_line(refund))
        if not (acts or back):
            click.echo(_("Ничего не ждёт."))


@money_command.command("show")
@click.argument("key")
def show(key: str) -> None:
    """One correction or refund by KEY, its id from the list."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.look.formats import moment, roubles

        act, refund = _found(key)
        one: Any = act or refund
        click.echo(_act_line(act) if act is not None else _refund_line(refund))
        for number, money in refund.lines if refund is not None else ():
            click.echo(_("  Аб. № {number}: {sum}").format(number=number, sum=roubles(money)))
        click.echo(_("  Документ: {text}").format(text=one.document))
        said = {"who": one.written_by, "at": moment(one.written_at), "why": one.reason}
        click.echo(_("  Записал: {who}, {at}. {why}").format(**said))
        second = one.decided_by if act is not None else one.signed_by or one.ended_by
        if second:
            click.echo(_("  Решил: {who}").format(who=second))


@money_command.command("sign")
@click.argument("key")
@_member
def sign(key: str, phone: str, password: str, code: str) -> None:
    """Put the second signature under KEY: the difference is told first, and only that is signed."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli.refusal_text import in_words
        from svet.payments.operations import acts, giving_back

        act, _refund = _found(key)
        now = datetime.now(UTC)
        with in_words():
            by = _by(phone, password, code, now=now)
            shown = _tell_difference(key, act, by=by, now=now)
            if not click.confirm(_("Подписать это?")):
                click.echo(_("Ничего не подписано."))
                return
            if act is not None:
                acts.sign_act(by=by, act_public_id=key, shown=shown, now=now)
            elif not giving_back.sign_refund(by=by, refund_public_id=key, shown=shown, now=now):
                click.echo(_("Подписано. Нужна подпись ещё одного сотрудника."))
                return
        click.echo(_("Подписано."))


@money_command.command("refuse")
@click.argument("key")
@click.option("--reason", required=True)
@_member
def refuse(key: str, reason: str, phone: str, password: str, code: str) -> None:
    """Turn down the correction KEY, or call back the refund KEY that was not sent."""
    with database():
        django_ready()
        from django.utils.translation import gettext as _

        from svet.cli.refusal_text import in_words
        from svet.payments.operations import acts, giving_back

        act, _refund = _found(key)
        now = datetime.now(UTC)
        with in_words():
            said: dict[str, Any] = {"by": _by(phone, password, code, now=now), "reason": reason, "now": now}
            if act is not None:
                acts.refuse_act(act_public_id=act.public_id, **said)
            else:
                giving_back.withdraw_refund(refund_public_id=key, **said)
        click.echo(_("Отклонено."))


def _by(phone: str, password: str, code: str, *, now: datetime) -> Actor:
    from svet.cli.members import signing_member
    from svet.staffing.rules import Permission

    return signing_member(phone=phone, password=password, code=code, permission=Permission.MONEY, now=now)


def _found(key: str) -> tuple[MoneyActView | None, RefundRequestView | None]:
    """The correction or the refund with this outer id. :raises Failure: neither"""
    from django.utils.translation import gettext as _

    from svet.payments.queries.acts import act_by_id
    from svet.payments.queries.refunds import refund_by_id

    act = act_by_id(key)
    refund = refund_by_id(key) if act is None else None
    if act is None and refund is None:
        raise Failure(_("Нет ни корректировки, ни возврата {id}.").format(id=key))
    return act, refund


def _tell_difference(key: str, act: MoneyActView | None, *, by: Actor, now: datetime) -> str:
    """Say what it would do to each account; what stands for having seen it."""
    from django.utils.translation import gettext as _

    from svet.look.formats import roubles
    from svet.payments.operations import acts, giving_back

    if act is not None:
        seen = acts.preview_waiting(by=by, act_public_id=key)
        rows = [(seen.account, seen.before, seen.after)]
        if seen.to_account is not None:
            rows.append((seen.to_account, seen.to_before, seen.to_after))
        shown = seen.shown
    else:
        back = giving_back.preview_waiting_refund(by=by, refund_public_id=key, now=now)
        rows = [(one.account, one.before, one.after) for one in back.effects]
        shown = back.shown
    line = _("Аб. № {number}: был долг {before}, станет {after}")
    for account, before, after in rows:
        click.echo(line.format(number=account.number, before=roubles(before), after=roubles(after)))
    return shown


def _act_line(act: MoneyActView) -> str:
    from svet.look.formats import day, roubles
    from svet.payments.texts.acts import act_name, act_state

    numbers = " → ".join(number for number in (act.account_number, act.to_account_number) if number)
    return (
        f"{act.public_id}  {act_name(act.kind)}  {roubles(act.money)}  {numbers}  {day(act.on)}"
        f"  {act_state(act.state)}"
    )


def _refund_line(refund: RefundRequestView | None) -> str:
    from django.utils.translation import gettext as _

    from svet.look.formats import roubles
    from svet.payments.texts.giving_back import refund_state

    if refund is None:
        return ""
    name = _("Возврат")
    said = f"{name}  {roubles(refund.money)}  {refund.order_number}  {refund_state(refund.state)}"
    return f"{refund.public_id}  {said}"
