from django.apps import AppConfig


class OutagesConfig(AppConfig):
    name = "svet.outages"
    label = "outages"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.kernel import words
        from svet.notices.rules import registry
        from svet.outages import events, texts

        registry.declare(events.EVENTS)
        words.name_actions(events.ACTIONS)
        words.explain_with(texts.explain, texts.REASONS)
