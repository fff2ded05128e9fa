from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "svet.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.kernel import words
        from svet.ledger import texts

        words.explain_with(texts.explain, texts.REASONS)
