"""The environment of every test: a demonstration with a data folder of its own for each test process."""

import os
import tempfile

os.environ["DJANGO_SETTINGS_MODULE"] = "guarantee_portal.settings"
os.environ["DEPLOYMENT"] = "demonstration"
os.environ["PORTAL_VAR"] = tempfile.mkdtemp(prefix="portal-test-")
os.environ["LOG_LEVEL"] = "WARNING"
os.environ.pop("CAPTCHA_TEST_MODE", None)
# Playwright drives the browser from an event loop in the thread that also asks the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
if not os.environ.get("DATABASE_URL"):
    os.environ.pop("DATABASE_URL", None)
