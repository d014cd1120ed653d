"""Customs' post, and a levy order that was declared."""

import pytest

from customs import exchange
from documents.models import PreEntryCounter
from tests.customs.samples import ATTEMPT, PRE_ENTRY_NUMBER
from tests.deposits.post import Post, order
from tests.world import BY_CASH, World


@pytest.fixture
def post(world: World) -> Post:
    exchange.ensure_folders()
    PreEntryCounter.objects.create(year=2026, last=int(PRE_ENTRY_NUMBER[4:]) - 1)
    return Post()


@pytest.fixture
def declared(world: World, post: Post) -> Post:
    """The order of the samples has come, and the agent has declared it."""
    post.all("GRT202_issued")
    assert world.declare(world.fill(order(), world.agent, BY_CASH), world.agent) == ATTEMPT
    exchange.run_once()
    return post
