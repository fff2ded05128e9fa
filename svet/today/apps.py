from django.apps import AppConfig


class TodayConfig(AppConfig):
    name = "svet.today"
    label = "today"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.accounts.operations import when_access_ends
        from svet.kernel import foretold, words
        from svet.notices.rules import registry
        from svet.today import events, operations, queries, texts

        registry.declare(events.EVENTS)
        words.name_actions(events.ACTIONS)
        words.explain_with(texts.explain_help, texts.REASONS)
        when_access_ends(operations.drop_wish)
        foretold.told_early_by(queries.told_early)
