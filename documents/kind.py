"""A document kind is one declaration (ARCHITECTURE, *Kind*); views, lists, prints and messages are the kernel's."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise

from customs.wire import Incoming
from documents.grid import Grid
from documents.moves import Move
from documents.status import GuaranteeStatus

if TYPE_CHECKING:
    from documents.columns import Column
    from documents.models import Document

Text = str | Promise
Values = Mapping[str, Any]
_SOME_NUMBER = "0" * 18  # holds the place of a document's number in a URL


@dataclass(frozen=True)
class Findings:
    """What the rules of a kind say about a form: errors refuse, warnings go beside the field and let it pass."""

    errors: Mapping[str, Text] = field(default_factory=dict)
    warnings: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True)
class Choices:
    """A list that a field takes from elsewhere, and what it says when there is nothing in it."""

    of: Callable[[Any], list[tuple[str, Text]]]
    none: Text


@dataclass(frozen=True, eq=False)
class Kind:
    """The declaration of one document kind.

    `search` says which field each parameter of the list's search asks for, besides those that every kind has. `number` and
    `amount` name the fields that clerks know a document by; `settle` computes the guarantee status from the
    document and its money; `inspect` judges what was entered beyond the single field; `message` gives the values of the
    outgoing message of `message_type`; `issues` are the incoming types by which customs starts a document of this kind;
    `choices` are lists that a field takes from elsewhere.
    """

    name: str
    label: Text
    list_label: Text
    edit_label: Text
    menu_group: Text
    menu_icon: str
    model_name: str
    number: str
    grid: Grid
    columns: Sequence["Column"]
    search: Mapping[str, str]
    moves: Mapping[str, Move]
    settle: Callable[[Any], GuaranteeStatus]
    message_type: str
    message: Callable[[Any], Values]
    amount: str
    inspect: Callable[[Any, Values], Findings]
    issues: Mapping[str, Callable[[Incoming, Any], "Document"]] = field(default_factory=dict)
    choices: Mapping[str, Choices] = field(default_factory=dict)

    @property
    def model(self) -> type["Document"]:
        return apps.get_model(self.model_name)

    def documents(self) -> QuerySet["Document"]:
        return self.model._default_manager.all()

    def number_of(self, document: "Document") -> str:
        return str(getattr(document, self.number) or document.pre_entry_number)

    def url(self, document: "Document", page: str = "sheet") -> str:
        return reverse(f"{self.name}:{page}", args=[self.number_of(document)])

    def urls(self, page: str = "sheet") -> Callable[["Document"], str]:
        """Return what gives the URL of each of many documents: where they stand is looked up once."""
        before, after = reverse(f"{self.name}:{page}", args=[_SOME_NUMBER]).split(_SOME_NUMBER)
        return lambda document: f"{before}{self.number_of(document)}{after}"

    def list_url(self) -> str:
        return reverse(f"{self.name}:list")


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make `kind` known to the kernel; called when its app is ready."""
    _kinds[kind.name] = kind
    return kind


def kinds() -> list[Kind]:
    return list(_kinds.values())


def kind_named(name: str) -> Kind:
    return _kinds[name]


def kind_of(document: "Document") -> Kind:
    """Return the kind whose model `document` is of."""
    return next(kind for kind in _kinds.values() if kind.model is type(document))
