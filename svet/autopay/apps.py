from django.apps import AppConfig


class AutopayConfig(AppConfig):
    name = "svet.autopay"
    label = "autopay"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.autopay import events, texts
        from svet.kernel import words
        from svet.notices.rules import registry

        registry.declare(events.EVENTS)
        words.name_actions(events.ACTIONS)
        words.explain_with(texts.explain, texts.REASONS)
