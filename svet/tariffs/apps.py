from django.apps import AppConfig


class TariffsConfig(AppConfig):
    name = "svet.tariffs"
    label = "tariffs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.kernel import words
        from svet.tariffs import events, texts

        words.name_actions(events.ACTIONS)
        words.explain_with(texts.explain, texts.REASONS)
