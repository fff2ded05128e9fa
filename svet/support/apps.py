from django.apps import AppConfig


class SupportConfig(AppConfig):
    name = "svet.support"
    label = "support"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.kernel import words
        from svet.notices.rules import registry
        from svet.support import events, texts

        registry.declare(events.EVENTS)
        words.name_actions(events.ACTIONS)
        words.explain_with(texts.explain, texts.REASONS)
