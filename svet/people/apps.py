from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "svet.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.notices import registry
        from svet.people import events

        registry.declare(events.EVENTS)
