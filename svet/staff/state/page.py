"""«Состояние»: whether banks, messages and jobs go on, what failed, when the last backup and proof were."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from svet.files.operations import look_at_scanner
from svet.files.rules import OLD_SIGNATURES
from svet.fiscal.queries import cashboxes, lacking_cashboxes, tills_to_enter
from svet.kernel.refusals import Refused
from svet.look.formats import day, moment, number
from svet.look.requests import now_of
from svet.notices.queries import sending
from svet.notices.rules import STUCK_AFTER, SendingChannel
from svet.payments.queries.silence import MAIN, shops_standing
from svet.site.queries import CareView, database_hold, last_care
from svet.site.queries.queue import QueueView, failed_jobs, job_queue
from svet.site.rules import Care
from svet.staff.shell.desk import Desk, actor_of, desk_page
from svet.staffing import texts
from svet.staffing.operations.retrying import retry_job
from svet.staffing.rules import Permission

#: Seconds after which nobody is taken to work, or an order to be answered.
QUIET = 60.0
UNANSWERED = 120.0
LATE = STUCK_AFTER.total_seconds()
SHOWN = 50
#: How long ago a care may be.
DUE = {Care.BACKUP: timedelta(hours=30), Care.VERIFY: timedelta(hours=36), Care.DRILL: timedelta(days=14)}
_CARES: dict[Care, str | Promise] = {
    Care.BACKUP: gettext_lazy("Резервная копия"),
    Care.VERIFY: gettext_lazy("Проверка обещаний"),
    Care.DRILL: gettext_lazy("Учебное восстановление"),
}
_CHANNELS: dict[SendingChannel, str | Promise] = {
    SendingChannel.SMS: gettext_lazy("СМС"),
    SendingChannel.EMAIL: gettext_lazy("Почта"),
    SendingChannel.PUSH: gettext_lazy("Уведомления в браузере"),
    SendingChannel.MESSENGER: gettext_lazy("Мессенджер"),
}
_QUEUES: dict[str, str | Promise] = {
    "bills": gettext_lazy("Счета"),
    "billing": gettext_lazy("Расчёты"),
    "care": gettext_lazy("Забота об установке"),
    "housekeeping": gettext_lazy("Уборка"),
    "notices": gettext_lazy("Сообщения"),
    "payments": gettext_lazy("Платежи"),
    "registers": gettext_lazy("Реестры"),
    "reminders": gettext_lazy("Напоминания"),
}


def _troubles(now: datetime) -> int:
    """What the menu counts: everything on the page that is not well."""
    return sum(each.kind == "error" for each in rows(now=now)) + job_queue().total("failed")


DESK = Desk(
    name="state",
    label=gettext_lazy("Состояние"),
    url="/staff/state/",
    icon="settings",
    permission=Permission.STATE,
    letter="s",
    count=_troubles,
)


@dataclass(frozen=True, slots=True)
class StandingRow:
    """One thing and how it stands; ``kind`` is the colour of its badge."""

    what: str
    kind: str
    said: str
    more: str = ""


def rows(*, now: datetime) -> list[StandingRow]:
    """Everything that is watched, in the order in which people are hurt."""
    return [
        *_hold(),
        *_queue(job_queue()),
        *_banks(now),
        *_cashboxes(),
        *_sending(now),
        *_scanner(now),
        *_cares(now),
    ]


def _hold() -> Iterator[StandingRow]:
    if database_hold() is not None:
        said = _("Эта база восстановлена или скопирована и ничего не отправляет: svet resume.")
        yield StandingRow(_("База данных"), "error", _("Ждёт"), said)


def _queue(queue: QueueView) -> Iterator[StandingRow]:
    what = _("Фоновые работы")
    if queue.heard is None or queue.heard > QUIET:
        yield StandingRow(what, "error", _("Никто не работает"), _("Письма и платежи стоят: svet worker."))
    elif queue.age > LATE:
        said = _("Самая старая ждёт {minutes} мин.").format(minutes=number(round(queue.age / 60)))
        yield StandingRow(what, "warning", _("Отстают"), said)
    else:
        waiting = queue.total("todo")
        said = _("В очереди: {count}.").format(count=number(waiting))
        yield StandingRow(what, "success", _("Идут"), said)


def _banks(now: datetime) -> Iterator[StandingRow]:
    for shop in shops_standing(now=now):
        what = _("Банк") if shop.code == MAIN else _("Банк, магазин {code}").format(code=shop.code)
        said = _("Незавершённых заказов: {count}.").format(count=number(shop.open))
        if shop.silent_since is not None:
            since = _("Не отвечает с {since}.").format(since=moment(shop.silent_since))
            if shop.instead:
                since += " " + _("Новые платежи принимает вместо него: {shops}.").format(
                    shops=", ".join(_("основной магазин") if one == MAIN else one for one in shop.instead)
                )
            yield StandingRow(what, "error", _("Молчит"), f"{since} {said}")
        elif shop.waits > UNANSWERED:
            said = _("Без ответа заказов: {count}, самый старый ждёт {minutes} мин.").format(
                count=number(shop.unanswered), minutes=number(round(shop.waits / 60))
            )
            yield StandingRow(what, "warning", _("Отвечает не на всё"), said)
        else:
            yield StandingRow(what, "success", _("Отвечает"), said)


def _cashboxes() -> Iterator[StandingRow]:
    for till in cashboxes():
        if till.off_at is not None and not till.waiting:
            continue
        what = _("Онлайн-касса {code}").format(code=till.code)
        said = _("Не пробито чеков: {count}.").format(count=number(till.waiting))
        if till.silent_since is not None:
            since = _("Не отвечает с {since}.").format(since=moment(till.silent_since))
            yield StandingRow(what, "error", _("Молчит"), f"{since} {said}")
        else:
            yield StandingRow(what, "success", _("Отвечает"), said)
    for code in sorted({*lacking_cashboxes(), *tills_to_enter()}):
        what = _("Кассовые чеки поставщика {code}").format(code=code)
        said = _("Чеки ждут кассы: её добавляют командой svet cashbox add.")
        yield StandingRow(what, "error", _("Нет кассы"), said)


def _sending(now: datetime) -> Iterator[StandingRow]:
    for each in sending(now=now):
        said = _("Ждут {waiting}, не удались за сутки {failed}.").format(
            waiting=number(each.waiting), failed=number(each.failed)
        )
        late = each.late > LATE
        kind = "error" if late else "warning" if each.failed else "success"
        outcome = _("Стоят") if late else _("Есть неудачи") if each.failed else _("Уходят")
        yield StandingRow(str(_CHANNELS[each.channel]), kind, outcome, said)


def _scanner(now: datetime) -> Iterator[StandingRow]:
    scanner = look_at_scanner()
    if scanner is None:
        return
    what = _("Антивирус")
    if not scanner.answers:
        said = _("Фото, реестры и таблицы показаний не принимаются, пока он не ответит.")
        yield StandingRow(what, "error", _("Не отвечает"), said)
    elif scanner.signed_on is None:
        yield StandingRow(what, "success", _("Отвечает"), _("День баз не назван."))
    else:
        said = _("Базы от {day}.").format(day=day(scanner.signed_on))
        if timezone.localdate(now) - scanner.signed_on > OLD_SIGNATURES:
            yield StandingRow(what, "warning", _("Базы устарели"), said)
        else:
            yield StandingRow(what, "success", _("Отвечает"), said)


def _cares(now: datetime) -> Iterator[StandingRow]:
    known = last_care()
    for care in Care:
        what, last = str(_CARES[care]), known.get(care)
        if last is None:
            yield StandingRow(what, "warning", _("Ещё не было"))
        else:
            yield _care(what, last, overdue=now - (last.well_at or last.at) > DUE[care])


def _care(what: str, last: CareView, *, overdue: bool) -> StandingRow:
    said = f"{moment(last.at)} {last.words}".strip()
    if not last.well:
        if last.well_at is not None:
            said = _("{last}; в порядке была {well}").format(last=said, well=moment(last.well_at))
        return StandingRow(what, "error", _("Не удалась"), said)
    return StandingRow(
        what, "warning" if overdue else "success", _("Давно") if overdue else _("В порядке"), said
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.STATE)
def state(request: HttpRequest) -> HttpResponse:
    """The page; its one form tries a failed job again."""
    if request.method == "POST":
        return _retry(request)
    jobs = failed_jobs(limit=SHOWN + 1)
    return render(
        request,
        "staff/state.html",
        {
            "rows": rows(now=now_of(request)),
            "jobs": [(job, _QUEUES.get(job.queue, job.queue)) for job in jobs[:SHOWN]],
            "full": len(jobs) > SHOWN,
        },
    )


def _retry(request: HttpRequest) -> HttpResponse:
    given = request.POST.get("job", "")
    job_id = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0
    try:
        retry_job(by=actor_of(request), job_id=job_id, now=now_of(request))
    except Refused as refused:
        messages.error(request, texts.explain(refused))
    else:
        messages.success(request, _("Работа запущена снова."))
    return redirect(DESK.url)


urlpatterns: list[URLPattern] = [path("state/", state, name="staff-state")]
