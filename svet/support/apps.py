from django.apps import AppConfig


class SupportConfig(AppConfig):
    name = "svet.support"
    label = "support"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.notices import registry
        from svet.support import events

        registry.declare(events.EVENTS)
