from django.apps import AppConfig


class UsageConfig(AppConfig):
    name = "svet.usage"
    label = "usage"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.accounts.operations import when_access_ends
        from svet.kernel import words
        from svet.notices.rules import registry
        from svet.usage import events, operations, texts

        registry.declare(events.EVENTS)
        words.name_actions(events.ACTIONS)
        words.explain_with(texts.explain_budget, texts.REASONS)
        when_access_ends(operations.drop_limit)
