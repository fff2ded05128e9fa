from django.apps import AppConfig


class PenaltiesConfig(AppConfig):
    name = "svet.penalties"
    label = "penalties"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.kernel import words
        from svet.penalties import events, texts

        words.name_actions(events.ACTIONS)
        words.explain_with(texts.explain, texts.REASONS)
