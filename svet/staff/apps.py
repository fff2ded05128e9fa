from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "svet.staff"
    label = "staff"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.kernel import words
        from svet.staff.shell.actions import ACTIONS

        words.name_actions(ACTIONS)
