"""What administrators keep, at the HTTP edge."""

import copy
import datetime as dt
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from parties import ekeys
from parties.models import Delegation, EKey, Unit, User
from tests.parties.conftest import Authority, new_authority, pem

pytestmark = pytest.mark.django_db

LISTS = ["unit", "user", "delegation", "ekey"]


@pytest.fixture(autouse=True)
def templates_of_django(settings: Settings) -> None:
    """Django's own admin templates rely on undefined variables being empty."""
    settings.TEMPLATES = copy.deepcopy(settings.TEMPLATES)
    settings.TEMPLATES[0]["OPTIONS"].pop("string_if_invalid", None)


def register(office: Client, user: User, file: bytes, card_number: str = "8800000000001") -> Any:
    form = {"user": user.pk, "card_number": card_number, "file": SimpleUploadedFile("card.cer", file)}
    return office.post(reverse("admin:parties_ekey_add"), form)


def logged(model: str) -> list[str]:
    return list(LogEntry.objects.filter(content_type__model=model).values_list("change_message", flat=True))


@pytest.mark.parametrize("model", LISTS)
def test_every_list_opens_searches_and_offers_a_new_one(
    office: Client, clerk: User, plant: Unit, trader: Unit, trusted: Authority, model: str
) -> None:
    ekeys.bind(clerk, trusted.issue(), "8800000000001", by=clerk)
    Delegation.objects.create(
        agent=trader, guaranteed=plant, valid_from=timezone.localdate(), valid_to=timezone.localdate()
    )
    for query in ("", "?q=1111510001", "?q=%00", "?o=1.2"):
        assert office.get(reverse(f"admin:parties_{model}_changelist") + query).status_code in (200, 302)
    assert office.get(reverse(f"admin:parties_{model}_add")).status_code == 200


@pytest.mark.parametrize("model", LISTS)
def test_a_clerk_sees_none_of_it(desk: Client, model: str) -> None:
    assert desk.get(reverse(f"admin:parties_{model}_changelist"), follow=True).status_code == 403


def test_a_unit_is_registered_with_warnings_for_an_odd_region_and_check_digit(
    office: Client, settings: Settings
) -> None:
    settings.STRICT_CREDIT_CODE = False
    form = {"code": "9999910001", "credit_code": "111121211011152453", "name": "样本电子有限公司", "is_active": "on"}
    page = office.post(reverse("admin:parties_unit_add"), form, follow=True)
    assert Unit.objects.get().name == "样本电子有限公司"
    assert page.content.decode().count('class="warning"') == 2
    assert len(logged("unit")) == 1


def test_a_unit_of_another_pattern_or_in_strict_mode_with_a_wrong_check_digit_is_refused(
    office: Client, settings: Settings
) -> None:
    settings.STRICT_CREDIT_CODE = True
    form = {"code": "99999A001", "credit_code": "111121211011152453", "name": "样本"}
    page = office.post(reverse("admin:parties_unit_add"), form)
    assert set(page.context["adminform"].form.errors) == {"code", "credit_code"}
    assert not Unit.objects.exists()


def test_a_user_is_registered_with_unit_and_roles(office: Client, plant: Unit) -> None:
    form = {
        "username": "newcomer",
        "usable_password": "true",
        "password1": "quite-another-battery",
        "password2": "quite-another-battery",
        "name": "赵小样",
        "unit": plant.pk,
        "may_enter": "on",
    }
    office.post(reverse("admin:parties_user_add"), form)
    user = User.objects.get(username="newcomer")
    assert (user.name, user.unit, user.may_enter, user.may_declare) == ("赵小样", plant, True, False)
    assert user.check_password("quite-another-battery")


def test_a_users_page_shows_the_cards_and_does_not_change_them(office: Client, clerk: User, trusted: Authority) -> None:
    ekeys.bind(clerk, trusted.issue(), "8800000000001", by=clerk)
    page = office.get(reverse("admin:parties_user_change", args=[clerk.pk])).content.decode()
    assert "012c14a9" in page
    assert "ekeys-0-card_number" not in page


def test_a_delegation_is_kept_from_day_to_day(office: Client, plant: Unit, trader: Unit) -> None:
    form = {"agent": trader.pk, "guaranteed": plant.pk, "valid_from": "2026-05-01", "valid_to": "2026-04-30"}
    assert office.post(reverse("admin:parties_delegation_add"), form).status_code == 200
    assert office.post(reverse("admin:parties_delegation_add"), {**form, "agent": plant.pk}).status_code == 200
    assert not Delegation.objects.exists()
    office.post(reverse("admin:parties_delegation_add"), {**form, "valid_to": "2026-05-31"})
    assert Delegation.objects.get().valid_to == dt.date(2026, 5, 31)
    assert len(logged("delegation")) == 1


def test_delegations_are_filtered_by_validity(office: Client, plant: Unit, trader: Unit) -> None:
    today, day = timezone.localdate(), dt.timedelta(days=1)
    for begin, end in [(today, today), (today + day, today + day), (today - day, today - day)]:
        Delegation.objects.create(agent=trader, guaranteed=plant, valid_from=begin, valid_to=end)
    for chosen, begin in [("now", today), ("later", today + day), ("ended", today - day)]:
        page = office.get(reverse("admin:parties_delegation_changelist"), {"validity": chosen})
        assert [delegation.valid_from for delegation in page.context["cl"].queryset] == [begin]


@pytest.mark.parametrize("as_file", [bytes, pem])
def test_a_card_is_registered_by_its_certificate(
    office: Client, clerk: User, administrator: User, trusted: Authority, as_file: object
) -> None:
    assert callable(as_file)
    certificate = trusted.issue()
    assert register(office, clerk, as_file(certificate)).status_code == 302
    card = ekeys.check_certificate(clerk, certificate)
    assert card.card_number == "8800000000001"
    assert LogEntry.objects.get(content_type__model="ekey").user == administrator


def test_registering_another_card_replaces_the_first(office: Client, clerk: User, trusted: Authority) -> None:
    register(office, clerk, trusted.issue(), "1")
    register(office, clerk, trusted.issue(), "2")
    card = ekeys.bound_card(clerk)
    assert card is not None
    assert card.card_number == "2"
    assert EKey.objects.count() == 2
    assert len(logged("ekey")) == 3


def test_a_card_that_cannot_be_used_is_not_registered(
    office: Client, clerk: User, agent: User, trusted: Authority
) -> None:
    theirs = trusted.issue()
    ekeys.bind(agent, theirs, "1", by=agent)
    refused = {
        b"junk": "unreadable",
        new_authority("Another").issue(): "unknown_ca",
        trusted.issue(days=(-9, -1)): "expired",
        theirs: "other_user",
    }
    for file, reason in refused.items():
        page = register(office, clerk, file)
        assert page.context["adminform"].form.errors["file"] == [str(ekeys.REFUSALS[reason])]
    assert register(office, clerk, b"0" * 20_000).status_code == 200
    assert ekeys.bound_card(clerk) is None


def test_a_registered_card_is_unbound_and_never_edited_or_deleted(
    office: Client, clerk: User, trusted: Authority
) -> None:
    card = ekeys.bind(clerk, trusted.issue(), "1", by=clerk)
    page = reverse("admin:parties_ekey_change", args=[card.pk])
    assert office.get(page).status_code == 200
    assert office.post(page, {"card_number": "2"}).status_code == 403
    assert office.post(reverse("admin:parties_ekey_delete", args=[card.pk]), {"post": "yes"}).status_code == 403
    action = {"action": "unbind", "_selected_action": [card.pk]}
    office.post(reverse("admin:parties_ekey_changelist"), action)
    office.post(reverse("admin:parties_ekey_changelist"), action)
    card.refresh_from_db()
    assert card.unbound_at is not None
    assert card.card_number == "1"
    assert len(logged("ekey")) == 2
