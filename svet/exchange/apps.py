from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "svet.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.exchange import events, texts
        from svet.kernel import words

        words.name_actions(events.ACTIONS)
        words.explain_with(texts.explain, texts.REASONS)
