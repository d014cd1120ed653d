import io

import pytest
from django.contrib.sessions.backends.base import SessionBase
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import Settings

from parties import captcha
from parties.models import User
from tests.parties.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def sign_in(browser: Client, answer: str, **more: str) -> str:
    """Post the sign-in page with the right password and this answer; "in" or the page that comes back."""
    response = browser.post(reverse("sign-in"), {"username": "clerk", "password": PASSWORD, "captcha": answer, **more})
    return "in" if response.status_code == 302 else response.content.decode()


def look(browser: Client) -> str:
    """What a person reads in the picture."""
    browser.get(reverse("captcha"))
    return str(browser.session[captcha.ANSWER])


def test_the_picture_is_a_small_png_that_is_not_cached(client: Client) -> None:
    response = client.get(reverse("captcha"))
    assert Image.open(io.BytesIO(response.content)).size == captcha.SIZE
    assert response["Content-Type"] == "image/png"
    assert "no-store" in response["Cache-Control"]


def test_two_pictures_differ_and_have_four_characters_without_look_alikes(client: Client) -> None:
    answers = {look(client) for _picture in range(20)}
    assert len(answers) > 1
    assert all(len(answer) == 4 and not set(answer) & set("0OQD1IL2Z5S8BUV") for answer in answers)


@pytest.mark.parametrize("typed", [str.upper, str.lower, lambda text: f" {text} "])
def test_the_right_answer_passes_in_upper_or_lower_case(client: Client, clerk: User, typed: object) -> None:
    assert callable(typed)
    assert sign_in(client, typed(look(client))) == "in"


def test_the_right_answer_passes_in_full_width_characters(client: Client, clerk: User) -> None:
    wide = "".join(chr(ord(character) + 0xFEE0) for character in look(client))
    assert sign_in(client, wide) == "in"


def test_a_wrong_answer_is_refused_and_the_user_name_stays(client: Client, clerk: User) -> None:
    look(client)
    page = sign_in(client, "????")
    assert 'id="captcha-error"' in page
    assert 'value="clerk"' in page
    assert PASSWORD not in page


def test_an_answer_is_good_for_one_attempt(client: Client, clerk: User) -> None:
    answer = look(client)
    sign_in(client, "????")
    assert sign_in(client, answer) != "in"
    answer = look(client)
    assert sign_in(client, answer) == "in"
    client.post(reverse("sign-out"))
    assert sign_in(client, answer) != "in"


def test_a_wrong_password_uses_the_answer_up(client: Client, clerk: User) -> None:
    answer = look(client)
    sign_in(client, answer, password="wrong-password")
    assert sign_in(client, answer) != "in"


def test_nothing_passes_before_a_picture_was_asked_for(client: Client, clerk: User) -> None:
    for answer in ("None", "NONE", "PASSED", "A"):
        assert sign_in(client, answer) != "in"


def test_passed_is_accepted_in_test_mode_only(client: Client, clerk: User, settings: Settings) -> None:
    look(client)
    assert sign_in(client, "PASSED") != "in"
    settings.CAPTCHA_TEST_MODE = True
    assert sign_in(client, "PASSED") == "in"


def test_who_cannot_read_the_picture_answers_a_question_in_words(client: Client, clerk: User) -> None:
    response = client.post(reverse("sign-in"), {"username": "clerk", "password": PASSWORD, "show": "question"})
    page = response.content.decode()
    assert response.context["question"] in page
    assert not any(character.isascii() and character.isdigit() for character in response.context["question"])
    assert 'value="clerk"' in page
    assert reverse("captcha") not in page
    assert sign_in(client, str(client.session[captcha.ANSWER]), shown="question") == "in"


def test_a_question_is_asked_again_after_a_wrong_answer(client: Client, clerk: User) -> None:
    client.post(reverse("sign-in"), {"show": "question"})
    old = client.session[captcha.ANSWER]
    page = sign_in(client, "0", shown="question")
    assert 'id="captcha-help"' in page
    assert reverse("captcha") not in page
    assert sign_in(client, "0" + old, shown="question") != "in"
    client.post(reverse("sign-in"), {"show": "picture"})
    assert reverse("captcha") in client.post(reverse("sign-in"), {"show": "picture"}).content.decode()


def test_the_question_is_the_sum_it_says(client: Client) -> None:
    class Session(dict[str, str]):
        modified = False

    session = Session()
    words = {str(word): value for value, word in enumerate(captcha.NUMBERS, 1)}
    for _question in range(30):
        question = captcha.new_question(session)  # type: ignore[arg-type]
        found = sum(value * question.count(word) for word, value in words.items())
        assert session[captcha.ANSWER] == str(found)


def test_a_session_is_what_the_captcha_needs() -> None:
    assert captcha.passed(SessionBase(), "ABCD") is False
