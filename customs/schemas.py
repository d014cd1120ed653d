"""The XSD of each message type, checked on the way out and on the way in."""

from functools import lru_cache
from pathlib import Path

from lxml import etree

FOLDER = Path(__file__).parent / "xsd"


class NotValid(Exception):
    """The message does not follow its XSD. Its text says where."""


def validate(root: etree._Element, message_type: str) -> None:
    """Check `root` (no namespaces) against the XSD of `message_type`. Raises NotValid with the first fault."""
    try:
        _schema(message_type).assertValid(root)
    except etree.DocumentInvalid as error:
        raise NotValid(str(error)[:500]) from error


@lru_cache
def _schema(message_type: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(FOLDER / f"{message_type}.xsd"))
