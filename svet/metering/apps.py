from django.apps import AppConfig


class MeteringConfig(AppConfig):
    name = "svet.metering"
    label = "metering"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.kernel import words
        from svet.metering import absence_texts, events, jobs, sms_texts, texts
        from svet.metering.operations.quick import QuickReason
        from svet.metering.operations.reviewing import ReviewReason
        from svet.metering.operations.submitting import KeyReason
        from svet.metering.queries import MeterReason
        from svet.metering.rules.absence import AbsenceReason
        from svet.metering.rules.texting import TextReason
        from svet.notices import registry

        registry.declare(events.EVENTS)
        words.name_actions(events.ACTIONS)
        registry.read_texts_with(jobs.promise_to_read)
        words.explain_with(texts.explain, (*texts.REASONS, KeyReason, MeterReason, QuickReason))
        words.explain_with(texts.explain_review, (ReviewReason,))
        words.explain_with(absence_texts.explain, (AbsenceReason,))
        words.explain_with(sms_texts.explain, (TextReason,))
