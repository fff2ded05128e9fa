from django.apps import AppConfig


class LimitsConfig(AppConfig):
    name = "svet.limits"
    label = "limits"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.kernel import words
        from svet.limits import texts

        words.explain_with(texts.explain, texts.REASONS)
