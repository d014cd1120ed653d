"""What one kind offers on the list and the sheet of another, such as 变更登记 on a general guarantee.

Registered by the kind that offers it, so that imports keep their direction (ARCHITECTURE, *Document, Event*).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from documents.access import Actor

Text = str | Promise


@dataclass(frozen=True)
class Offer:
    """A button on another kind's document: where it leads, why it is grey ('' where it is not), and what is asked before."""

    name: str
    label: Text
    icon: str
    url: Callable[[Any], str]
    refusal: Callable[[Any, Actor], str]
    confirm: Text = ""
    on_list: bool = True


_offers: dict[str, list[Offer]] = {}


def register_offer(kind_name: str, offer: Offer) -> None:
    """Add `offer` to the documents of a kind; called when the app that offers it is ready."""
    _offers.setdefault(kind_name, []).append(offer)


def offers_on(kind_name: str) -> list[Offer]:
    return _offers.get(kind_name, [])
