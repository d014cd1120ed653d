"""What several tests of the kernel start from."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.documents.people import Scene
    from tests.world import World


@pytest.fixture
def scene(world: "World") -> "Scene":
    from tests.documents.people import scene_in

    return scene_in(world)
