"""The settings of every run, and the sample room."""

from svet.config.settings import *  # noqa: F403
from svet.config.settings import INSTALLED_APPS as _APPS

INSTALLED_APPS = [*_APPS, "tests.upgrade.sample"]
