"""A document kind is one declaration (ARCHITECTURE, *Kind*); views, lists, prints and messages are the kernel's."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise

from customs.wire import Incoming
from documents.grid import Grid
from documents.moves import Move
from documents.status import GuaranteeStatus

if TYPE_CHECKING:
    from documents.access import Actor
    from documents.columns import Column
    from documents.models import Document
    from documents.notes import Note
    from parties.models import User

Text = str | Promise
Values = Mapping[str, Any]
_SOME_NUMBER = "0" * 18  # holds the place of a document's number in a URL


Outcome = tuple[bool, str]  # whether it changed anything, and what an operator must see
Report = Callable[["Kind", Any, Incoming], Outcome]


@dataclass(frozen=True)
class Findings:
    """What the rules of a kind say about a form: errors refuse, warnings go beside the field and let it pass.

    `follows` are the values of grey fields that follow from what was entered; they are stored with it.
    """

    errors: Mapping[str, Text] = field(default_factory=dict)
    warnings: Mapping[str, Text] = field(default_factory=dict)
    follows: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Choices:
    """A list that a field takes from elsewhere, and what it says when there is nothing in it."""

    of: Callable[[Any], list[tuple[str, Text]]]
    none: Text


@dataclass(frozen=True)
class Panel:
    """What a sheet of one kind shows besides what all show: a template of its own with what it needs."""

    template: str
    content: object


def nothing_decided(_document: Any, _incoming: Incoming) -> Values:
    return {}


def nothing_open(_user: "User", _documents: Sequence[Any]) -> Mapping[str, Any]:
    return {}


def nothing_to_say(_document: Any) -> Text:
    return ""


def nothing_to_note(_document: Any, _actor: "Actor") -> Sequence["Note"]:
    return ()


def no_panels(_document: Any) -> Sequence[Panel]:
    return ()


@dataclass(frozen=True, eq=False)
class Kind:
    """The declaration of one document kind.

    What it is: `number` and `amount` name the fields that clerks know a document by, `paper` is the title of its print, `old`
    maps a field to the one that keeps its value before, where the document changes another; its payment notice states the
    fields `notice_facts` and the `matter`; customs decides on it within `decision_days` working days (《海关事务担保条例》).

    What its list shows: `columns`, or those of the kind in whose list (`listed_in`) its documents are found; `search` says
    which field each parameter of the search asks for, besides those that every kind has; `status` is the field that the
    status filter asks for, and `asked_by_rows` are fields that rows need besides; `open_filings` gives, by pre-entry number,
    the documents that are at work on those of the list, exist for the user, and take their place under the buttons.

    What it does: `start` gives a new document to a clerk who begins one under the title `start_label`, and raises Refused
    (with `starts_blank` one may begin it from nothing, by 新增); `settle` computes the guarantee status from the document and its money; `inspect` judges
    what was entered beyond the single field; `message` gives the values of the outgoing message of `message_type`, on which
    customs decides by one of `decision_type`; `decided` is what an approval writes into it; `issues` are the incoming types
    by which customs starts a document of this kind, `reports` those by which it says something about one; `choices` are lists
    that a field takes from elsewhere; `notes` and `panels` are what its sheet shows besides what all show.
    """

    name: str
    label: Text
    list_label: Text
    edit_label: Text
    model_name: str
    number: str
    grid: Grid
    columns: Sequence["Column"]
    search: Mapping[str, str]
    moves: Mapping[str, Move]
    settle: Callable[[Any], GuaranteeStatus]
    message_type: str
    decision_type: str
    message: Callable[[Any], Values]
    amount: str
    inspect: Callable[[Any, Values], Findings]
    issues: Mapping[str, Callable[[Incoming, Any], "Document"]] = field(default_factory=dict)
    reports: Mapping[str, Report] = field(default_factory=dict)
    decided: Callable[[Any, Incoming], Values] = nothing_decided
    choices: Mapping[str, Choices] = field(default_factory=dict)
    start: Callable[["User", QueryDict], Any] | None = None
    start_label: Text = ""
    starts_blank: bool = False
    paper: Text = ""
    notice_facts: Sequence[str] = ()
    matter: Callable[[Any], Text] = nothing_to_say
    old: Mapping[str, str] = field(default_factory=dict)
    status: str = "data_status"
    asked_by_rows: Sequence[str] = ()
    listed_in: str = ""
    open_filings: Callable[["User", Sequence[Any]], Mapping[str, Any]] = nothing_open
    notes: Callable[[Any, "Actor"], Sequence["Note"]] = nothing_to_note
    panels: Callable[[Any], Sequence[Panel]] = no_panels
    decision_days: int = 5

    @property
    def model(self) -> type["Document"]:
        return apps.get_model(self.model_name)

    def documents(self) -> QuerySet["Document"]:
        return self.model._default_manager.all()

    def number_of(self, document: "Document") -> str:
        """Return the number that clerks and URLs name the document by; a change has its round behind it."""
        number = str(getattr(document, self.number) or document.pre_entry_number)
        return f"{number}-{document.round}" if document.round else number

    def url(self, document: "Document", page: str = "sheet") -> str:
        return reverse(f"{self.name}:{page}", args=[self.number_of(document)])

    @property
    def is_paid(self) -> bool:
        """Whether customs sends notices for it and reports payments."""
        return "notice" in self.moves

    def new_url(self) -> str:
        return reverse(f"{self.name}:new")

    def urls(self, page: str = "sheet") -> Callable[["Document"], str]:
        """Return what gives the URL of each of many documents: where they stand is looked up once."""
        before, after = reverse(f"{self.name}:{page}", args=[_SOME_NUMBER]).split(_SOME_NUMBER)
        return lambda document: f"{before}{self.number_of(document)}{after}"

    def list_url(self) -> str:
        """Return the list in which documents of this kind are found."""
        return reverse(self.listed_in or f"{self.name}:list")


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
