from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "svet.files"
    label = "files"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.files import events, texts
        from svet.kernel import words

        words.name_actions(events.ACTIONS)
        words.explain_with(texts.explain, texts.REASONS)
