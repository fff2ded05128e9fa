from django.apps import AppConfig


class ArrangementsConfig(AppConfig):
    name = "svet.arrangements"
    label = "arrangements"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.arrangements import events, texts
        from svet.arrangements.texts import limits, plans
        from svet.kernel import words
        from svet.notices.rules import registry

        registry.declare(events.EVENTS)
        words.name_actions(events.ACTIONS)
        words.explain_with(texts.explain, texts.REASONS)
        words.explain_with(plans.explain_plan, plans.PLAN_REASONS)
        words.explain_with(limits.explain_limits, limits.LIMITS_REASONS)
