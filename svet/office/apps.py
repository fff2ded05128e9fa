from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "svet.office"
    label = "office"
    default_auto_field = "django.db.models.BigAutoField"
