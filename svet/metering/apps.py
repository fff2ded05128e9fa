from django.apps import AppConfig


class MeteringConfig(AppConfig):
    name = "svet.metering"
    label = "metering"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.metering import events, jobs
        from svet.notices import registry

        registry.declare(events.EVENTS)
        registry.read_texts_with(jobs.promise_to_read)
