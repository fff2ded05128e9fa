from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "svet.payments"
    label = "payments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.billing.queries.hands import counted_by
        from svet.kernel import underway, words
        from svet.notices.rules import registry
        from svet.payments import events, texts
        from svet.payments.queries.hands import moved_alone
        from svet.payments.queries.transit import transit_kopecks

        registry.declare(events.EVENTS)
        words.name_actions(events.ACTIONS)
        words.explain_with(texts.explain, texts.REASONS)
        underway.underway_by(transit_kopecks)
        counted_by(moved_alone)
