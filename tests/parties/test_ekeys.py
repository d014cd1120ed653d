import datetime as dt
from pathlib import Path

import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from pytest_django import Settings

from deposits.kind import LEVY_ORDER
from documents.check import check_of
from parties import ekeys
from parties.ekeys import CardRefused
from parties.models import EKey, User
from tests.parties.conftest import NOW, Authority, _name, der, new_authority, new_key, pem, trust
from tests.world import World

pytestmark = pytest.mark.django_db


def refusal(user: User, certificate: bytes) -> str:
    with pytest.raises(CardRefused) as refused:
        ekeys.check_certificate(user, certificate)
    assert str(refused.value) == str(refused.value.message) != ""
    return refused.value.code


def test_the_bound_card_of_a_trusted_authority_is_accepted(clerk: User, trusted: Authority) -> None:
    certificate = trusted.issue()
    card = ekeys.bind(clerk, certificate, "8800000000001", by=clerk)
    assert ekeys.check_certificate(clerk, certificate) == card == ekeys.bound_card(clerk)
    assert card.certificate_number == "012c14a9"
    assert bytes(card.certificate) == certificate
    assert card.algorithm == "RSA"
    assert card.subject == "CN=王小明"
    assert str(card) == "8800000000001 / 012c14a9"


def test_what_is_no_certificate_is_refused(clerk: User, trusted: Authority) -> None:
    assert refusal(clerk, b"") == "unreadable"
    assert refusal(clerk, b"\x00" * 4000) == "unreadable"


def test_a_card_of_an_unknown_authority_is_refused(clerk: User, trusted: Authority) -> None:
    assert refusal(clerk, new_authority("Another").issue()) == "unknown_ca"


def test_a_card_of_an_authority_that_only_has_a_trusted_name_is_refused(clerk: User, trusted: Authority) -> None:
    assert refusal(clerk, new_authority("Test authority").issue()) == "unknown_ca"


def test_a_certificate_that_is_trusted_without_being_an_authority_issues_nothing(
    clerk: User, settings: Settings, tmp_path: Path
) -> None:
    holder = new_authority("Only a holder", is_authority=False)
    trust(holder, tmp_path)
    settings.EKEY_TRUSTED_CAS = tmp_path
    assert refusal(clerk, holder.issue()) == "unknown_ca"


@pytest.mark.parametrize("place", ["absent", "."])
def test_without_a_trusted_authority_every_card_is_refused(
    clerk: User, authority: Authority, settings: Settings, tmp_path: Path, place: str
) -> None:
    settings.EKEY_TRUSTED_CAS = tmp_path / place
    assert refusal(clerk, authority.issue()) == "unknown_ca"


def test_the_trusted_authority_may_be_one_file(
    clerk: User, authority: Authority, settings: Settings, tmp_path: Path
) -> None:
    settings.EKEY_TRUSTED_CAS = trust(authority, tmp_path)
    assert refusal(clerk, authority.issue()) == "not_bound"


def test_a_card_that_is_expired_or_not_yet_valid_is_told_from_an_unknown_one(clerk: User, trusted: Authority) -> None:
    assert refusal(clerk, trusted.issue(days=(-30, -1))) == "expired"
    assert refusal(clerk, trusted.issue(days=(1, 30))) == "not_yet_valid"
    assert refusal(clerk, new_authority("Another").issue(days=(-30, -1))) == "unknown_ca"


def test_a_bound_card_is_refused_once_it_has_expired(clerk: User, trusted: Authority) -> None:
    certificate = trusted.issue(days=(-1, 10))
    ekeys.bind(clerk, certificate, "1", by=clerk)
    with time_machine.travel(NOW + dt.timedelta(days=11)):
        assert refusal(clerk, certificate) == "expired"


def test_no_card_is_bound(clerk: User, trusted: Authority) -> None:
    assert refusal(clerk, trusted.issue()) == "not_bound"
    assert ekeys.bound_card(clerk) is None


def test_another_card_than_the_bound_one_is_refused(clerk: User, agent: User, trusted: Authority) -> None:
    ekeys.bind(clerk, trusted.issue(), "1", by=clerk)
    theirs = trusted.issue("李小样")
    assert refusal(clerk, theirs) == "other_card"
    ekeys.bind(agent, theirs, "2", by=agent)
    assert refusal(clerk, theirs) == "other_user"


def test_a_renewed_certificate_with_the_same_key_and_number_is_another_card(clerk: User, trusted: Authority) -> None:
    key = new_key()
    ekeys.bind(clerk, trusted.issue(key=key), "1", by=clerk)
    assert refusal(clerk, trusted.issue(key=key, days=(-2, 700))) == "other_card"


def test_a_key_that_is_not_rsa_is_refused(clerk: User, trusted: Authority) -> None:
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name("王小明"))
        .issuer_name(trusted.certificate.subject)
        .public_key(ec.generate_private_key(ec.SECP256R1()).public_key())
        .serial_number(7)
        .not_valid_before(NOW - dt.timedelta(days=1))
        .not_valid_after(NOW + dt.timedelta(days=9))
    )
    assert refusal(clerk, der(builder.sign(trusted.key, hashes.SHA256()))) == "algorithm"


def test_a_new_card_replaces_the_old_one_and_both_are_kept_and_logged(
    clerk: User, administrator: User, trusted: Authority
) -> None:
    old = ekeys.bind(clerk, trusted.issue(), "1", by=administrator)
    new = ekeys.bind(clerk, trusted.issue(), "2", by=administrator)
    old.refresh_from_db()
    assert old.unbound_at is not None
    assert ekeys.bound_card(clerk) == new
    assert refusal(clerk, bytes(old.certificate)) == "other_card"
    assert LogEntry.objects.filter(user=administrator, object_id=old.pk).count() == 2
    assert LogEntry.objects.filter(user=administrator, object_id=new.pk).count() == 1


def test_an_unbound_card_is_of_no_use_and_is_unbound_once(clerk: User, trusted: Authority) -> None:
    certificate = trusted.issue()
    card = ekeys.bind(clerk, certificate, "1", by=clerk)
    ekeys.unbind(card, by=clerk)
    first = EKey.objects.get().unbound_at
    ekeys.unbind(card, by=clerk)
    assert EKey.objects.get().unbound_at == first
    assert LogEntry.objects.count() == 2
    assert refusal(clerk, certificate) == "not_bound"


def test_a_card_can_be_bound_to_one_user_only(clerk: User, agent: User, trusted: Authority) -> None:
    certificate = trusted.issue()
    card = ekeys.bind(clerk, certificate, "1", by=clerk)
    with pytest.raises(CardRefused) as refused:
        ekeys.bind(agent, certificate, "1", by=agent)
    assert refused.value.code == "other_user"
    ekeys.unbind(card, by=clerk)
    assert ekeys.bind(agent, certificate, "1", by=agent).user == agent


def test_an_untrusted_card_cannot_be_bound(clerk: User, trusted: Authority) -> None:
    with pytest.raises(CardRefused):
        ekeys.bind(clerk, new_authority("Another").issue(), "1", by=clerk)
    assert not EKey.objects.exists()


def test_the_database_refuses_a_second_bound_card_of_a_user_and_a_second_user_of_a_card(
    clerk: User, agent: User, trusted: Authority
) -> None:
    card = ekeys.bind(clerk, trusted.issue(), "1", by=clerk)
    other = ekeys.bind(agent, trusted.issue(), "2", by=agent)
    with pytest.raises(IntegrityError), transaction.atomic():
        EKey.objects.create(user=clerk, valid_from=card.valid_from, valid_to=card.valid_to, fingerprint="another")
    with pytest.raises(IntegrityError), transaction.atomic():
        EKey.objects.filter(pk=other.pk).update(fingerprint=card.fingerprint)


def test_the_end_of_a_card_is_announced_30_days_ahead(clerk: User, trusted: Authority) -> None:
    card = ekeys.bind(clerk, trusted.issue(days=(-1, 31)), "1", by=clerk)
    assert not ekeys.expires_soon(card)
    with time_machine.travel(NOW + dt.timedelta(days=2)):
        assert ekeys.expires_soon(card)
        assert not ekeys.expires_soon(card, days=20)


def test_the_holder_is_told_when_the_certificate_ends_or_that_it_has_ended(clerk: User, trusted: Authority) -> None:
    card = ekeys.bind(clerk, trusted.issue(days=(-1, 31)), "1", by=clerk)
    assert ekeys.expiry_notice(card) == ""
    with translation.override("en"), time_machine.travel(NOW + dt.timedelta(days=2)):
        assert f"expires on {timezone.localtime(card.valid_to):%Y%m%d}" in ekeys.expiry_notice(card)
    with translation.override("en"), time_machine.travel(NOW + dt.timedelta(days=32)):
        assert "has expired" in ekeys.expiry_notice(card)


def test_how_a_card_signs_is_a_setting(clerk: User, trusted: Authority, settings: Settings) -> None:
    card = ekeys.bind(clerk, trusted.issue(), "1", by=clerk)
    for method in ("rsa-sha1", "rsa-sha256"):
        settings.EKEY_RSA_METHOD = method
        assert ekeys.signature_method(card) == method


def test_a_certificate_file_may_be_pem_or_der(trusted: Authority) -> None:
    certificate = trusted.issue()
    assert ekeys.usable_der(certificate) == ekeys.usable_der(pem(certificate)) == certificate
    for junk in (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"junk"):
        with pytest.raises(CardRefused, match="."):
            ekeys.usable_der(junk)


@pytest.mark.parametrize(("days", "warned"), [(29, True), (31, False)])
def test_the_check_page_warns_of_a_certificate_that_ends_soon(world: World, days: int, warned: bool) -> None:
    order = world.fill(world.issue())
    EKey.objects.update(valid_to=timezone.now() + dt.timedelta(days=days))
    card = ekeys.bound_card(world.clerk)
    assert card is not None
    findings = check_of(LEVY_ORDER, order, world.clerk).checks
    assert ((("warn", ekeys.expiry_notice(card))) in [(found.level, found.text) for found in findings]) is warned
