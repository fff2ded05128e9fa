from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "svet.payments"
    label = "payments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.notices import registry
        from svet.payments import events

        registry.declare(events.EVENTS)
