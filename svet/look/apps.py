from django.apps import AppConfig

# Before any module of pages is imported: their routes name the converter.
import svet.look.paths  # noqa: F401


class LookConfig(AppConfig):
    name = "svet.look"
    label = "look"
    default_auto_field = "django.db.models.BigAutoField"
