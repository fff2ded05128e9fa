from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "svet.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.kernel import words
        from svet.notices.rules import registry
        from svet.people import events, jobs, texts

        registry.declare(events.EVENTS)
        registry.read_updates_with(jobs.promise_to_read)
        words.name_actions(events.ACTIONS)
        words.explain_with(texts.explain, texts.REASONS)
