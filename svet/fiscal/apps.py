from django.apps import AppConfig


class FiscalConfig(AppConfig):
    name = "svet.fiscal"
    label = "fiscal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.fiscal import events, texts
        from svet.kernel import words

        words.name_actions(events.ACTIONS)
        words.explain_with(texts.explain, texts.REASONS)
