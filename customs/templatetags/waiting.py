"""What of the exchange waits for an operator, for the admin's first page."""

from dataclasses import dataclass

from django import template
from django.contrib.auth.models import AbstractUser
from django.db.models import Model
from django.urls import reverse

from customs.models import InboxMessage, OutboxMessage

register = template.Library()


@dataclass(frozen=True)
class Waiting:
    """How many messages of one direction alert, and the list of them."""

    incoming: bool
    count: int
    url: str


@register.simple_tag
def waiting_messages(user: AbstractUser) -> list[Waiting]:
    """The directions in which messages alert, of those that the user may see."""
    models: tuple[type[Model], ...] = (InboxMessage, OutboxMessage)
    visible = [model for model in models if user.has_perm(f"customs.view_{model._meta.model_name}")]
    return [waiting for model in visible if (waiting := _of(model)).count]


def _of(model: type[Model]) -> Waiting:
    url = reverse(f"admin:customs_{model._meta.model_name}_changelist") + "?alert__exact=1"
    return Waiting(model is InboxMessage, model._default_manager.filter(alert=True).count(), url)
