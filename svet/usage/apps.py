from django.apps import AppConfig


class UsageConfig(AppConfig):
    name = "svet.usage"
    label = "usage"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.kernel import words
        from svet.usage import events

        words.name_actions(events.ACTIONS)
