from django.apps import AppConfig


class StaffingConfig(AppConfig):
    name = "svet.staffing"
    label = "staffing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.kernel import words
        from svet.staffing import events, texts

        words.name_actions(events.ACTIONS)
        words.explain_with(texts.explain, texts.REASONS)
