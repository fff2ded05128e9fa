from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "svet.billing"
    label = "billing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.billing import events, texts
        from svet.billing.texts import decisions, drafts, houses, months
        from svet.kernel import words

        words.name_actions(events.ACTIONS)
        words.explain_with(texts.explain, texts.REASONS)
        words.explain_with(months.explain, months.REASONS)
        words.explain_with(houses.explain_houses, houses.REASONS)
        words.explain_with(decisions.explain, decisions.REASONS)
        words.explain_with(drafts.explain, drafts.REASONS)
