from django.apps import AppConfig


class PersonalConfig(AppConfig):
    name = "svet.privacy"
    label = "privacy"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.notices.rules import registry
        from svet.privacy import events

        registry.declare(events.EVENTS)
