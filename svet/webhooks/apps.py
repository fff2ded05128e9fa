from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "svet.webhooks"
    label = "webhooks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.accounts.operations import when_access_ends
        from svet.kernel import words
        from svet.notices.operations import when_told
        from svet.notices.rules import registry
        from svet.people.operations import when_keys_end
        from svet.webhooks import events, operations, texts

        registry.declare(events.EVENTS)
        words.name_actions(events.ACTIONS)
        words.explain_with(texts.explain, texts.REASONS)
        when_told(operations.owe_told)
        when_access_ends(operations.owe_detached)
        when_keys_end(operations.switch_off_with_keys)
