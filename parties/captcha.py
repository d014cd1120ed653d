"""The picture with four characters on the sign-in page, and a question in words for those who cannot see it.

One answer is kept in the session; asking for another challenge replaces it, and any attempt uses it up.
"""

import io
import unicodedata
from secrets import SystemRandom

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageDraw, ImageFont

# Without characters that look like another one: 0 O Q D, 1 I L, 2 Z, 5 S, 8 B, U V.
CHARACTERS = "ACEFGHJKMNPRTWXY34679"
LENGTH = 4
SIZE = (112, 40)
GROUND, LINE, INK = "#EDF4FC", "#9DBFE8", "#12488F"
NUMBERS = [_("one"), _("two"), _("three"), _("four"), _("five"), _("six"), _("seven"), _("eight"), _("nine")]
ANSWER = "captcha_answer"

random = SystemRandom()


def new_picture(session: SessionBase) -> bytes:
    """A PNG of a new challenge, which becomes the one to be answered."""
    text = "".join(random.choice(CHARACTERS) for _place in range(LENGTH))
    session[ANSWER] = text
    return _draw(text)


def new_question(session: SessionBase) -> str:
    """A sum in words in the reader's language, which becomes the challenge to be answered, in digits."""
    first, second = random.randint(1, 9), random.randint(1, 9)
    session[ANSWER] = str(first + second)
    return gettext("How much is %(first)s plus %(second)s? Answer in digits.") % {
        "first": NUMBERS[first - 1],
        "second": NUMBERS[second - 1],
    }


def passed(session: SessionBase, answer: str) -> bool:
    """Whether `answer` solves the session's challenge, which is used up by this. Upper, lower and full width alike."""
    expected = session.pop(ANSWER, None)
    given = unicodedata.normalize("NFKC", answer).strip().upper()
    return given == expected or (settings.CAPTCHA_TEST_MODE and given == "PASSED")


def _draw(text: str) -> bytes:
    picture = Image.new("RGB", SIZE, GROUND)
    pen = ImageDraw.Draw(picture)
    for _line in range(6):
        pen.line([_point(), _point()], fill=LINE, width=2)
    for place, character in enumerate(text):
        _stamp(picture, character, 4 + place * 26)
    for _line in range(2):
        pen.line([_point(), _point()], fill=INK, width=1)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def _stamp(picture: Image.Image, character: str, left: int) -> None:
    stamp = Image.new("L", (28, 36))
    font = ImageFont.load_default(random.randint(24, 29))
    ImageDraw.Draw(stamp).text((14, 18), character, fill=255, font=font, anchor="mm")
    stamp = stamp.rotate(random.randint(-24, 24), Image.Resampling.BICUBIC)
    picture.paste(INK, (left + random.randint(-2, 2), random.randint(-1, 4)), stamp)


def _point() -> tuple[int, int]:
    return random.randint(0, SIZE[0]), random.randint(0, SIZE[1])
