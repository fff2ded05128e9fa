from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "svet.site"
    label = "site"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from svet.kernel import words
        from svet.site import events

        words.name_actions(events.ACTIONS)
