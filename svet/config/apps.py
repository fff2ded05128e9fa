from django.apps import AppConfig
from django.core.checks import register

from svet.config.checks import check_production


class RoofConfig(AppConfig):
    name = "svet.config"
    label = "config"

    def ready(self) -> None:
        register(check_production, "svet")
