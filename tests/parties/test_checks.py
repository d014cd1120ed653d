"""A production refuses to start with what only a demonstration may have."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django import Settings

from parties.checks import cards_sign_what_is_accepted, production_is_safe
from tests.parties.conftest import Authority, new_authority, trust

KEY = "".join(map(chr, range(40, 100)))
PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def production(settings: Settings, tmp_path: Path) -> Settings:
    """A production with nothing to complain about."""
    settings.PRODUCTION = True
    settings.CAPTCHA_TEST_MODE = False
    settings.SECRET_KEY = KEY
    settings.ALLOWED_HOSTS = ["portal.example"]
    settings.EKEY_TRUSTED_CAS = tmp_path
    return settings


def found() -> set[str]:
    return {str(message.id) for message in production_is_safe(None)}


def test_a_production_that_is_set_up_well_has_no_complaint(
    production: Settings, authority: Authority, tmp_path: Path
) -> None:
    trust(authority, tmp_path)
    assert found() == set()


def test_a_demonstration_may_have_it_all(production: Settings) -> None:
    production.PRODUCTION = False
    production.CAPTCHA_TEST_MODE = True
    production.ALLOWED_HOSTS = ["*"]
    assert found() == set()


def test_the_captcha_is_not_in_test_mode(production: Settings) -> None:
    production.CAPTCHA_TEST_MODE = True
    assert found() == {"parties.E001"}


@pytest.mark.parametrize("subject", ["演示CA", "CA - not for production", "CA - NOT FOR PRODUCTION"])
def test_the_demonstration_authority_is_not_trusted(
    production: Settings, authority: Authority, tmp_path: Path, subject: str
) -> None:
    trust(authority, tmp_path)
    trust(new_authority(subject), tmp_path, "demonstration")
    assert found() == {"parties.E002"}


def test_a_file_that_is_no_certificate_is_reported(production: Settings, tmp_path: Path) -> None:
    (tmp_path / "broken.pem").write_text("broken")
    assert found() == {"parties.E003"}


@pytest.mark.parametrize("key", ["short", "a" * 60, "django-insecure-" + KEY])
def test_the_secret_key_is_long_and_random(production: Settings, key: str) -> None:
    production.SECRET_KEY = key
    assert found() == {"parties.E004"}


@pytest.mark.parametrize("hosts", [[], ["*"], ["portal.example", "*"]])
def test_the_hosts_are_named(production: Settings, hosts: list[str]) -> None:
    production.ALLOWED_HOSTS = hosts
    assert found() == {"parties.E005"}


def test_no_simulator_is_installed(production: Settings) -> None:
    # Not by the settings fixture, which would have Django load the app.
    production.INSTALLED_APPS.append("simulators.customs_desk")
    try:
        assert found() == {"parties.E006"}
    finally:
        production.INSTALLED_APPS.remove("simulators.customs_desk")


@pytest.mark.parametrize(("deployment", "refused"), [("production", True), ("demonstration", False)])
def test_a_production_in_captcha_test_mode_does_not_start(tmp_path: Path, deployment: str, refused: bool) -> None:
    settings = {"DEPLOYMENT": deployment, "CAPTCHA_TEST_MODE": "1", "PORTAL_VAR": str(tmp_path), "SECRET_KEY": KEY}
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--tag", "security"],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], "ALLOWED_HOSTS": "portal.example", **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ("parties.E001" in done.stderr) is refused
    assert bool(done.returncode) is refused


@pytest.mark.parametrize(
    ("method", "accepted", "complaint"),
    [
        ("rsa-sha1", ["rsa-sha1", "rsa-sha256"], []),
        ("rsa-sha256", ["rsa-sha256"], []),
        ("rsa-sha1", ["rsa-sha256"], ["parties.E008"]),
        ("rsa-md5", ["rsa-md5"], ["parties.E007"]),
        ("", [], ["parties.E007"]),
    ],
)
def test_cards_sign_with_a_method_that_is_accepted(
    settings: Settings, method: str, accepted: list[str], complaint: list[str]
) -> None:
    settings.EKEY_RSA_METHOD, settings.EKEY_SIGNATURE_METHODS = method, accepted
    assert [message.id for message in cards_sign_what_is_accepted(None)] == complaint
