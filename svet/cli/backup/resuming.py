"""``svet resume``: what waits in a restored database, and how it goes on without doing anything twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import gettext as _

from svet.autopay.operations.restored import distrust as distrust_autopay
from svet.cli.backup.restoring import close_the_past
from svet.look.formats import moment, number
from svet.notices.operations.restored import drop_waiting, waiting_by_channel
from svet.payments.operations.restored import distrust, money_on_its_way
from svet.site.operations import let_go_here
from svet.site.queries import database_hold
from svet.webhooks.operations.restored import drop_calls, waiting_calls

#: Jobs that write letters about bills which are issued already.
_LETTERS = "bills.deliver"
_MOST_DAYS = 31


def waiting() -> Iterator[str]:
    """What would go out of this database, in lines."""
    hold = database_hold()
    if hold is None:
        yield _("Эта база у себя дома: её ничто не держит.")
        return
    if hold.copied_at is not None:
        yield _("Эта база восстановлена из копии от {moment}.").format(moment=moment(hold.copied_at))
    else:
        yield _("Эта база перенесена или скопирована из другой.")
    channels = waiting_by_channel()
    if calls := waiting_calls():
        channels |= {"webhook": calls}
    told = ", ".join(f"{name} {number(count)}" for name, count in channels.items()) or "0"
    yield _("Ждут отправки: {channels}; писем со счетами в очереди: {letters}").format(
        channels=told, letters=number(_letters())
    )
    refunds, orders = money_on_its_way()
    yield _("Возвратов в пути: {refunds}; заказов, не дошедших до банка: {orders}").format(
        refunds=number(refunds), orders=number(orders)
    )


def resume(*, drop: bool, now: datetime) -> Iterator[str]:
    """Put right what may have happened meanwhile, then let the database go on; says what was done."""
    hold = database_hold()
    if hold is None:
        return
    if hold.held_at is None:
        # Brought here by other tools, or by a `svet restore` that was broken off: nobody has done it yet.
        close_the_past()
    if stopped := distrust_autopay(now=now):
        yield _("Списаний автоплатежа, которых больше не будет за их месяц: {count}").format(
            count=number(stopped)
        )
    money = distrust(now=now)
    if money.looked_for:
        yield _("Возвратов, которые сначала ищутся в списке банка: {count}").format(count=money.looked_for)
    for order in money.called_back:
        yield _("Возврат по платежу {order} отозван: посмотрите в банке и напишите заново").format(
            order=order
        )
    for order in money.ended:
        yield _("Заказ {order} закрыт: банк о нём не спрашивали").format(order=order)
    if money.asked_again:
        yield _("Платежей у банков без списка, о которых банк спросят заново: {count}").format(
            count=number(money.asked_again)
        )
    if drop:
        dropped = drop_waiting() + drop_calls(now=now) + _forget_letters()
        yield _("Не отправлено сообщений: {count}").format(count=number(dropped))
    let_go_here()
    yield _("База снова работает: запустите svet web и svet worker.")
    if hold.copied_at is not None:
        for day in _lost_days(hold.copied_at, now):
            yield _("Сверьте с банком: {command}").format(command=f"svet reconcile --day {day}")


def _lost_days(copied_at: datetime, now: datetime) -> list[str]:
    days = min((now.date() - copied_at.date()).days, _MOST_DAYS)
    return [(now.date() - timedelta(days=back)).isoformat() for back in range(days, -1, -1)]


def _letters() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s AND status IN ('todo', 'doing')",
            [_LETTERS],
        )
        return int(cursor.fetchone()[0])


def _forget_letters() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE task_name = %s AND status IN ('todo', 'doing')", [_LETTERS]
        )
        return int(cursor.rowcount)
