from django.apps import AppConfig


class PersonalConfig(AppConfig):
    name = "svet.personal"
    label = "personal"
    default_auto_field = "django.db.models.BigAutoField"
