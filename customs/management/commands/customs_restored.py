"""`manage.py customs_restored`: to be run once after a restore, before the worker starts."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext_lazy as _

from customs import outbox


class Command(BaseCommand):
    help = str(_("After a restore: count a try that was perhaps sent for every message that has yet to be carried."))

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(_("%(count)s messages may have been sent before.") % {"count": outbox.note_restored()})
