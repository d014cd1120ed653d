"""The menu at the left: each app adds its section (DOMAIN 5)."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True)
class MenuSection:
    """One group of the menu; each entry is a label and the name of the URL it leads to."""

    label: Text
    icon: str
    entries: tuple[tuple[Text, str], ...]


@dataclass(slots=True)
class Leaf:
    label: Text
    url: str
    current: bool


@dataclass(slots=True)
class MenuGroup:
    label: Text
    icon: str
    leaves: list[Leaf]


_sections: list[MenuSection] = []


def register_menu(section: MenuSection) -> None:
    """Add a section; called when its app is ready."""
    _sections.append(section)


def menu_at(path: str) -> list[MenuGroup]:
    """Return the menu for a user who is at `path`: the entry that leads nearest to it is the current one."""
    urls = {name: reverse(name) for section in _sections for _label, name in section.entries}
    nearest = max((url for url in urls.values() if path.startswith(url)), key=len, default="")
    return [
        MenuGroup(
            section.label,
            section.icon,
            [Leaf(label, urls[name], urls[name] == nearest) for label, name in section.entries],
        )
        for section in _sections
    ]
