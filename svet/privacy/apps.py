from django.apps import AppConfig


class PersonalConfig(AppConfig):
    name = "svet.privacy"
    label = "privacy"
    default_auto_field = "django.db.models.BigAutoField"
