from django.apps import AppConfig


class SetupConfig(AppConfig):
    name = "svet.setup"
    label = "setup"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.kernel import words
        from svet.setup import events, texts

        words.name_actions(events.ACTIONS)
        words.explain_with(texts.explain, texts.REASONS)
