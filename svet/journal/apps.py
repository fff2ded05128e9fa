from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "svet.journal"
    label = "journal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.journal import events
        from svet.kernel import words

        words.name_actions(events.ACTIONS)
