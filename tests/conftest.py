"""What every test starts from: cheap password hashes, plain static files, and no undefined variable in a template."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as portal_settings

if TYPE_CHECKING:
    from simulators.virtual_card.issue import Authority
    from tests.documents.people import Scene
    from tests.world import World


class UndefinedVariable(str):
    """Stands for a variable that a template asks for and nobody gives."""

    def __contains__(self, text: object) -> bool:
        return text == "%s"

    def __mod__(self, name: object) -> str:
        raise AssertionError(f"a template shows the undefined variable “{name}”")


def pytest_configure() -> None:
    portal_settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UndefinedVariable("%s")
    portal_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    portal_settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    # A pool opens connections in the background, also while the test database is being taken down.
    portal_settings.DATABASES["default"].get("OPTIONS", {}).pop("pool", None)
    # Each test's browser starts the middleware anew; without this it would read the whole tree of static files each time.
    portal_settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def _separate_folders(settings: Any, tmp_path: Any) -> None:
    """Each test has an exchange folder and prints of its own."""
    settings.CUSTOMS_EXCHANGE_ROOT = tmp_path / "exchange"
    settings.PRINT_CACHE = tmp_path / "prints"


@pytest.fixture(scope="session")
def card_authority() -> "Authority":
    """The authority that issues the cards of the tests."""
    from simulators.virtual_card.issue import create_authority

    return create_authority("Test authority", key_size=2048)


@pytest.fixture
def trusted_authority(settings: Any, tmp_path: Path, card_authority: "Authority") -> "Authority":
    """The authority, trusted by the portal."""
    from cryptography.hazmat.primitives.serialization import Encoding

    settings.EKEY_TRUSTED_CAS = tmp_path / "trusted"
    settings.EKEY_TRUSTED_CAS.mkdir()
    (settings.EKEY_TRUSTED_CAS / "ca.pem").write_bytes(card_authority.certificate.public_bytes(Encoding.PEM))
    return card_authority


@pytest.fixture
def world(db: None, tmp_path: Path, trusted_authority: "Authority") -> "Iterator[World]":
    from tests.world import World

    made = World(tmp_path, trusted_authority)
    yield made
    made.desk.close()


@pytest.fixture
def scene(world: "World") -> "Scene":
    """People of every sort, and documents that they have something to do with."""
    from tests.documents.people import scene_in

    return scene_in(world)
