from django.apps import AppConfig


class SubscribersConfig(AppConfig):
    name = "svet.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
