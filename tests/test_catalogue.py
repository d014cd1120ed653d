"""The product speaks Chinese completely: nothing missing, nothing fuzzy, every placeholder kept."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings

ROOMS = ("customs", "deposits", "general_guarantee", "documents", "guarantee_portal", "locale", "parties", "templates")
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> polib.POFile:
    """The catalogue, brought up to date with every text of the source as it is now."""
    copy = tmp_path_factory.mktemp("source")
    for room in ROOMS:
        shutil.copytree(Path(settings.BASE_DIR) / room, copy / room)
    command = [sys.executable, "-m", "django", "makemessages", "--locale", "zh_Hans", "--no-location", "--no-wrap"]
    subprocess.run(command, cwd=copy, check=True, capture_output=True, env={"PATH": "/usr/local/bin:/usr/bin:/bin"})
    return polib.pofile(str(copy / "locale/zh_Hans/LC_MESSAGES/django.po"))


def test_every_text_is_translated(catalogue: polib.POFile) -> None:
    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []


def test_no_translation_is_fuzzy_or_left_over(catalogue: polib.POFile) -> None:
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []
    assert [entry.msgid for entry in catalogue.obsolete_entries()] == []


def test_every_placeholder_is_kept(catalogue: polib.POFile) -> None:
    changed = [
        entry.msgid
        for entry in catalogue
        for text in (entry.msgstr, *entry.msgstr_plural.values())
        if text and not set(PLACEHOLDER.findall(text)) <= set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
    ]
    assert changed == []


def test_the_main_terms_are_those_of_the_manuals(catalogue: polib.POFile) -> None:
    terms = {entry.msgid: entry.msgstr for entry in catalogue if not entry.msgctxt}
    expected = {
        "To be confirmed": "待确认", "Being processed": "数据正在处理", "Declaration accepted": "申报成功",
        "Declaration failed": "申报失败", "Sent to customs": "成功发送海关", "Received by customs": "海关接收成功",
        "Approved by customs": "海关审批通过", "Returned by customs": "海关退单", "Save draft": "暂存", "Declare": "申报",
    }  # fmt: skip
    assert {msgid: terms[msgid] for msgid in expected} == expected
