"""The portal's settings, with the stock template pack beside it that the form page is compared with."""

from guarantee_portal.settings import *
from guarantee_portal.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "crispy_bootstrap5"]
CRISPY_ALLOWED_TEMPLATE_PACKS = ["portal", "bootstrap5"]
ROOT_URLCONF = "benchmarks.urls"
ALLOWED_HOSTS = ["testserver"]
