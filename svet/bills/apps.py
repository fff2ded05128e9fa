from django.apps import AppConfig


class BillsConfig(AppConfig):
    name = "svet.bills"
    label = "bills"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.bills import events
        from svet.notices import registry

        registry.declare(events.EVENTS)
