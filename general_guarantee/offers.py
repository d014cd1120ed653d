"""Where the buttons of a general guarantee lead, and why one is grey."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from documents.access import Actor
from documents.moves import Role
from documents.status import DataStatus
from general_guarantee.models import GeneralGuarantee


def url_of_change(guarantee: GeneralGuarantee) -> str:
    return f"{reverse('guarantee_change:new')}?{urlencode({'of': guarantee.guarantee_number})}"


def url_of_copy(guarantee: GeneralGuarantee) -> str:
    number = guarantee.guarantee_number or guarantee.pre_entry_number
    return f"{reverse('general_guarantee:new')}?{urlencode({'from': number})}"


def why_not_copied(_guarantee: GeneralGuarantee, actor: Actor) -> str:
    if Role.ENTER in actor.roles:
        return ""
    return actor.refusal or _("You do not have the role for “%(move)s”.") % {"move": _("Copy")}


def url_of_ledger(guarantee: GeneralGuarantee) -> str:
    return reverse("general_guarantee:ledger", args=[guarantee.guarantee_number])


def why_no_ledger(guarantee: GeneralGuarantee, _actor: Actor) -> str:
    return "" if guarantee.data_status == DataStatus.APPROVED else _("The ledger begins when customs has approved it.")
