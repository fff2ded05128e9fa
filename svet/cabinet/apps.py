from django.apps import AppConfig


class CabinetConfig(AppConfig):
    name = "svet.cabinet"
    label = "cabinet"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.cabinet.shell.places import path_of
        from svet.kernel.places import resolve_with

        resolve_with(path_of)
