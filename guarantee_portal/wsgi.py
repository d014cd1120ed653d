"""The portal for an application server. It refuses to start with a configuration that a system check rejects."""

import os

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guarantee_portal.settings")
application = get_wsgi_application()
call_command("check")
