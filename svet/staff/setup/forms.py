"""Forms made of the questions of ``svet setup``: the same answers are judged in the same words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from svet.kernel.services import Service
from svet.look.services import service_name
from svet.setup.operations.fields import Field
from svet.setup.operations.files import judged
from svet.setup.rules import AnswerFault, mark_of
from svet.staff.shell.forms import ReasonForm

Answers = Mapping[str, str]


class SectionForm(ReasonForm):
    """Some questions about one section; ``seen`` is the mark of all its answers as they were shown."""

    def __init__(self, data: Any, *, asked: Sequence[Field], standing: Answers, reasoned: bool) -> None:
        initial = {each.key: standing.get(each.key) or each.usual(standing) for each in asked}
        super().__init__(data, initial=initial)
        self.asked, self.standing = asked, standing
        self.answers: dict[str, str] = dict(standing)
        self.seen = mark_of(standing) if data is None else str(data.get("seen", ""))
        why = self.fields.pop("reason")
        for each in asked:
            self.fields[each.key] = _field(each)
        if reasoned:
            self.fields["reason"] = why

    def clean(self) -> dict[str, Any]:
        """Judge the answers in the order of asking: some are right only beside others."""
        cleaned = super().clean() or {}
        for each in self.asked:
            if each.key in self.errors:
                continue
            typed = cleaned.get(each.key) or each.usual(self.answers)
            try:
                self.answers[each.key] = judged(each, typed, self.answers, standing=self.standing)
            except AnswerFault as fault:
                self.add_error(each.key, str(fault))
        return cleaned

    def show_standing(self, standing: Answers) -> list[dict[str, object]]:
        """What differs from what stands by now; the form may be sent again by whoever has seen that."""
        self.seen = mark_of(standing)
        return [
            {
                "question": label_of(each),
                "stands": words_of(each.key, standing.get(each.key, "")),
                "typed": words_of(each.key, self.answers.get(each.key, "")),
            }
            for each in self.asked
            if standing.get(each.key, "") != self.answers.get(each.key, "")
        ]


def label_of(field: Field) -> str:
    """The question as a desk asks it: a service is chosen there, and not typed."""
    return _("Услуга") if field.key == "service" else str(field.question)


def words_of(key: str, answer: str) -> str:
    """An answer as people read it; an account in the parts by which it is compared with a paper."""
    if key == "service" and answer:
        return service_name(Service(answer))
    if key in ("account", "correspondent_account") and len(answer) == 20:
        return f"{answer[:5]} {answer[5:8]} {answer[8]} {answer[9:]}"
    return answer


def facts(asked: Sequence[Field], answers: Answers) -> list[tuple[str, str]]:
    """Questions with their answers, those without one left out."""
    return [
        (label_of(each), words_of(each.key, answers[each.key])) for each in asked if answers.get(each.key)
    ]


def _field(asked: Field) -> forms.Field:
    if asked.key == "service":
        choices = [(each.value, service_name(each)) for each in Service]
        return forms.ChoiceField(label=label_of(asked), choices=choices, required=False)
    return forms.CharField(label=label_of(asked), required=False)
