"""The questions in the terminal: what stands is offered, a wrong answer is told at once and asked again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.utils.translation import gettext as _

from svet.people.operations.passwords import acceptable
from svet.people.rules import PasswordRefused
from svet.people.texts import explain
from svet.setup.operations.fields import MEMBER, RETAILER, SUPPLIER, Field
from svet.setup.operations.files import judged
from svet.setup.rules import AnswerFault, SetupPlan, SetupState

#: Asks one question with the answer an empty line gives; the last word says whether to hide what is typed.
Ask = Callable[[str, str, bool], str]
Say = Callable[[str], None]
#: Takes an answer away that may be empty.
NOTHING = "-"


def interview(*, state: SetupState, ask: Ask, say: Say) -> SetupPlan:
    """Ask everything; an empty line keeps what stands in brackets, «-» empties what may be empty."""
    say(_("Пустая строка оставляет ответ в скобках, «-» стирает его. Ctrl-C прерывает без изменений."))
    say("\n" + _("Компания"))
    retailer = _section(RETAILER, state.retailer, ask=ask, say=say)
    suppliers: dict[str, Mapping[str, str]] = {}
    for code, standing in state.suppliers.items():
        say("\n" + _("Поставщик %(code)s") % {"code": code})
        suppliers[code] = _section(SUPPLIER[1:], standing, ask=ask, say=say) | {"code": code}
    while not suppliers or _yes("\n" + _("Добавить поставщика? (да/нет)"), ask=ask):
        say("\n" + _("Новый поставщик"))
        fresh = _section(SUPPLIER, {}, ask=ask, say=say)
        suppliers[fresh["code"]] = fresh
    members: tuple[Mapping[str, str], ...] = ()
    if not state.members:
        say("\n" + _("Первый сотрудник: администратор, который заводит остальных"))
        member = _section(MEMBER, {}, ask=ask, say=say)
        members = (member | {"password": ask_password(member["phone"], ask=ask, say=say)},)
    return SetupPlan(retailer=retailer, suppliers=suppliers, members=members)


def ask_password(phone: str, *, ask: Ask, say: Say) -> str:
    """A password twice, as good as the entrance of the staff wants it."""
    while True:
        typed = ask(_("Пароль"), "", True)
        try:
            acceptable(typed, phone=phone)
        except PasswordRefused as refused:
            say(f"  {explain(refused)}")
            continue
        if ask(_("Пароль ещё раз"), "", True) == typed:
            return typed
        say("  " + _("Пароли не совпали."))


def _section(fields: Sequence[Field], standing: Mapping[str, str], *, ask: Ask, say: Say) -> dict[str, str]:
    answers: dict[str, str] = dict(standing)
    for field in fields:
        while True:
            offered = standing.get(field.key) or field.usual(answers)
            typed = ask(str(field.question), offered, False).strip()
            given = "" if typed == NOTHING else typed or offered
            try:
                answers[field.key] = judged(field, given, answers, standing=standing)
                break
            except AnswerFault as fault:
                say(f"  {fault}")
    return answers


def _yes(question: str, *, ask: Ask) -> bool:
    return ask(question, _("нет"), False).strip().lower() in ("да", "д", "yes", "y", _("да"))
