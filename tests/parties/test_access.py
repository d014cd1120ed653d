import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from customs import exchange
from parties.access import acts_for, unit_codes, units_for
from parties.models import Delegation, Unit, User

DAY = dt.timedelta(days=1)


def delegate(agent: Unit, guaranteed: Unit, valid_from: dt.date, valid_to: dt.date) -> Delegation:
    return Delegation.objects.create(agent=agent, guaranteed=guaranteed, valid_from=valid_from, valid_to=valid_to)


def test_a_user_acts_for_the_own_unit(clerk: User, plant: Unit, trader: Unit) -> None:
    assert list(units_for(clerk)) == [plant]
    assert acts_for(clerk, plant.code)
    assert not acts_for(clerk, trader.code)
    assert not acts_for(clerk, "")


def test_an_agent_acts_for_units_whose_delegation_is_in_force(agent: User, plant: Unit, trader: Unit) -> None:
    today = timezone.localdate()
    delegate(trader, plant, today, today)
    assert set(units_for(agent)) == {plant, trader}
    assert set(units_for(agent, on=today + DAY)) == {trader}
    assert set(units_for(agent, on=today - DAY)) == {trader}


def test_a_delegation_is_not_mutual(agent: User, clerk: User, plant: Unit, trader: Unit) -> None:
    delegate(trader, plant, timezone.localdate(), timezone.localdate())
    assert acts_for(agent, plant.code)
    assert not acts_for(clerk, trader.code)


def test_two_delegations_give_a_unit_once(agent: User, plant: Unit, trader: Unit) -> None:
    for _time in range(2):
        delegate(trader, plant, timezone.localdate() - DAY, timezone.localdate() + DAY)
    assert units_for(agent).count() == 2


def test_the_day_is_that_of_shanghai(agent: User, plant: Unit, trader: Unit) -> None:
    delegate(trader, plant, dt.date(2026, 5, 1), dt.date(2026, 5, 1))
    with time_machine.travel(dt.datetime(2026, 4, 30, 16, 0, tzinfo=dt.UTC), tick=False):
        assert acts_for(agent, plant.code)
    with time_machine.travel(dt.datetime(2026, 5, 1, 16, 0, tzinfo=dt.UTC), tick=False):
        assert not acts_for(agent, plant.code)


@pytest.mark.parametrize("inactive", ["plant", "trader"])
def test_nobody_acts_for_or_from_a_unit_that_is_not_active(
    agent: User, plant: Unit, trader: Unit, inactive: str
) -> None:
    delegate(trader, plant, timezone.localdate(), timezone.localdate())
    closed = {"plant": plant, "trader": trader}[inactive]
    Unit.objects.filter(pk=closed.pk).update(is_active=False)
    assert not acts_for(agent, closed.code)
    assert not acts_for(agent, plant.code)


def test_a_user_without_unit_acts_for_nobody(administrator: User, plant: Unit) -> None:
    assert list(units_for(administrator)) == []
    assert not acts_for(administrator, plant.code)


def test_each_question_is_one_query(
    agent: User, plant: Unit, trader: Unit, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    delegate(trader, plant, timezone.localdate(), timezone.localdate())
    with django_assert_num_queries(1):
        assert len(units_for(agent)) == 2
    with django_assert_num_queries(1):
        assert acts_for(agent, plant.code)


def test_messages_are_exchanged_for_active_units(plant: Unit, trader: Unit) -> None:
    Unit.objects.filter(pk=plant.pk).update(is_active=False)
    assert unit_codes() == [trader.code]


def test_the_database_refuses_a_delegation_that_ends_before_it_begins(plant: Unit, trader: Unit) -> None:
    with pytest.raises(IntegrityError):
        delegate(trader, plant, dt.date(2026, 5, 2), dt.date(2026, 5, 1))


def test_the_database_refuses_a_delegation_to_the_unit_itself(plant: Unit) -> None:
    with pytest.raises(IntegrityError):
        delegate(plant, plant, dt.date(2026, 5, 1), dt.date(2026, 5, 1))


def test_the_database_refuses_an_enterprise_code_of_another_pattern(db: None) -> None:
    with pytest.raises(IntegrityError):
        Unit.objects.create(code="11115100-1", name="样本")


def test_people_and_units_are_named_readably(clerk: User, plant: Unit, trader: Unit) -> None:
    assert str(plant) == "1111510001 北京天竺示范加工有限公司"
    assert str(clerk) == "clerk 王小明"
    assert clerk.get_full_name() == clerk.get_short_name() == "王小明"
    assert str(delegate(trader, plant, dt.date(2026, 5, 1), dt.date(2026, 5, 1))) == f"{plant} → {trader}"


def test_messages_are_exchanged_for_the_active_units() -> None:
    assert unit_codes in exchange._units
