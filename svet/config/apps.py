from django.apps import AppConfig
from django.core.checks import register

from svet.config.checks import check_law, check_production
from svet.kernel import lookups, starting


class RoofConfig(AppConfig):
    name = "svet.config"
    label = "config"

    def ready(self) -> None:
        lookups.install()
        register(check_production, "svet")
        register(check_law, "svet")
        starting.begun()
