from django.apps import AppConfig


class MeteringConfig(AppConfig):
    name = "svet.metering"
    label = "metering"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.kernel import words
        from svet.metering import events, jobs, texts
        from svet.metering.operations.quick import QuickReason
        from svet.metering.operations.reviewing import ReviewReason
        from svet.metering.operations.submitting import KeyReason
        from svet.metering.queries import MeterReason
        from svet.metering.rules.absence import AbsenceReason
        from svet.metering.rules.acts import ActReason
        from svet.metering.rules.texting import TextReason
        from svet.metering.texts import absence, acts, sms
        from svet.notices.rules import registry

        registry.declare(events.EVENTS)
        words.name_actions(events.ACTIONS)
        registry.read_texts_with(jobs.promise_to_read)
        words.explain_with(texts.explain, (*texts.REASONS, KeyReason, MeterReason, QuickReason))
        words.explain_with(texts.explain_review, (ReviewReason,))
        words.explain_with(absence.explain, (AbsenceReason,))
        words.explain_with(acts.explain, (ActReason,))
        words.explain_with(sms.explain, (TextReason,))
