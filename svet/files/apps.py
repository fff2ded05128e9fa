from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "svet.files"
    label = "files"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.files import texts
        from svet.kernel import words

        words.explain_with(texts.explain, texts.REASONS)
