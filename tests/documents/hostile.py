"""What hostile input is tried in every form, and how an answer to it is judged."""

from html import unescape

from django.http import HttpResponse

from tests.documents.test_grey_fields import error_beside

UNSEEN = {
    "NUL": "甲\x00乙",
    "bell": "甲\x07乙",
    "line break": "甲\n乙",
    "tab": "甲\t乙",
    "right-to-left override": "甲\u202e乙",
    "right-to-left mark": "\u200f甲",
    "isolate": "甲\u2067乙",
    "zero-width space": "甲\u200b乙",
    "joiner": "甲\u200d乙",
    "byte order mark": "\ufeff甲",
    "line separator": "甲\u2028乙",
    "replacement character": "甲\ufffd乙",
    "soft hyphen": "甲\u00ad乙",
    "tag character": "甲\U000e0041乙",
    "private use": "甲\ue000乙",
    "unassigned": "甲\U0003ffff",
}
# Bytes that are no text: lone surrogates as UTF-8 would spell them, and half a character.
RAW = {
    "high surrogate": b"\xed\xa0\x80",
    "low surrogate": b"\xed\xb0\x80",
    "half a character": b"\xe7\x94",
    "0xff": b"\xff",
}
HARMLESS = {
    "HTML": '<script>alert("x")</script>',
    "attribute": '" autofocus onfocus="alert(1)',
    "template": "{{7*7}}{% now 'Y' %}",
    "formula": "=1+1",
    "command": "@SUM(1)",
    "plus": "+1|cmd",
    "entity": "&lt;b&gt;",
    "percent": "%s%(x)s%n",
    "quotes": "'\"`\\",
    "wide digits": "１２３",
    "beyond the BMP": "𠮷野家",
    "combining": "e\u0301",
}
BIG = "长" * 1_000_000  # 3 MB


def answer_ok(answer: HttpResponse) -> str:
    assert answer.status_code < 500
    return answer.content.decode()


def given_back(page: str, name: str) -> str:
    """Return what stands in the input `name` of the page."""
    for tag in page.split("<input ")[1:]:
        tag = tag[: tag.index(">") + 1] if ">" in tag else tag
        if f' name="{name}"' in tag:
            return unescape(tag.split('value="', 1)[1].split('"', 1)[0])
    raise AssertionError(f"no input {name}")


def refused_beside(answer: HttpResponse, name: str) -> str:
    """Return the page that gives the form back with a message beside the field `name`."""
    page = answer_ok(answer)
    assert answer.status_code == 422
    assert error_beside(page, name), f"a message beside {name}"
    return page


def message_beside(page: str, name: str) -> str:
    """Return the markup of the message beside the field `name`."""
    start = page.index(f'id="id_{name}_say"')
    return page[start : page.index("</p>", start)]
