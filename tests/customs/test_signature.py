import base64
import hashlib
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from customs import signature, wire
from customs.signature import SignatureWrong
from tests.customs.samples import CONFIRMATION, ENVELOPE

DIGESTS = {"rsa-sha1": hashes.SHA1(), "rsa-sha256": hashes.SHA256()}


def card():
    """A key and its certificate, which expired long ago: a signature outlives its card."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "王小明")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2021, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    return key, certificate.public_bytes(serialization.Encoding.DER)


@pytest.fixture(scope="module")
def own():
    return card()


@pytest.fixture(scope="module")
def package():
    return wire.build("GRT101", CONFIRMATION, ENVELOPE)


def signed(package, key, method="rsa-sha1"):
    to_sign = signature.signed_info(package, method)
    value = key.sign(to_sign, padding.PKCS1v15(), DIGESTS[method])
    return signature.assemble(package, to_sign, base64.encodebytes(value).decode(), "012c14a9")


@pytest.mark.parametrize("method", ["rsa-sha1", "rsa-sha256"])
def test_a_good_signature_verifies(package, own, method):
    key, certificate = own
    signature.verify(signed(package, key, method), certificate)


def test_the_card_signs_the_canonical_signed_info_of_the_finished_document(package, own):
    to_sign = signature.signed_info(package, "rsa-sha1")
    document = etree.fromstring(signed(package, own[0]))
    assert etree.tostring(etree.fromstring(etree.tostring(document[0])), method="c14n") == to_sign


def test_the_digest_is_that_of_the_object_as_it_stands_in_the_document(package, own):
    document = etree.fromstring(signed(package, own[0]))
    canonical = etree.tostring(etree.fromstring(etree.tostring(document[-1])), method="c14n")
    digest = document.findtext(".//{*}DigestValue")
    assert base64.b64decode(digest) == hashlib.sha256(canonical).digest()
    assert b'<Package xmlns="">' in canonical


def test_the_document_holds_the_package_byte_for_byte(package, own):
    assert package in signed(package, own[0])


def test_the_document_has_the_shape_of_the_samples(package, own):
    document = etree.fromstring(signed(package, own[0]))
    assert [etree.QName(child).localname for child in document] == ["SignedInfo", "SignatureValue", "KeyInfo", "Object"]
    assert document.findtext("{*}KeyInfo/{*}KeyName") == "012c14a9"
    assert document[-1].get("Id") == "String"


def test_the_signature_of_another_card_is_wrong(package, own):
    other_key, _certificate = card()
    with pytest.raises(SignatureWrong):
        signature.verify(signed(package, other_key), own[1])


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (b"<GrtTypecd>2", b"<GrtTypecd>1"),
        (b'<Package xmlns="">', b'<Package xmlns=""> '),
        (b"rsa-sha1", b"hmac-sha1"),
        (b"xmlenc#sha256", b"xmlenc#sha512"),
        (b'URI="#String"', b'URI=""'),
        (b'URI="#String"', b'URI="#Other"'),
        (b"<DigestMethod", b'<Transforms><Transform Algorithm="x"/></Transforms><DigestMethod'),
        (b"REC-xml-c14n-20010315", b"REC-xml-c14n-20010315#WithComments"),
        (b"</Package></Object>", b"</Package><Package/></Object>"),
        (b"</Signature>", b"<Object/></Signature>"),
        (b"<KeyInfo>", b'<KeyInfo Id="String">'),
        (b"<SignedInfo>", b"<!-- x --><SignedInfo>"),
        (b'<?xml version="1.0" encoding="UTF-8"?>', b"<!DOCTYPE a>"),
    ],
)
def test_any_change_of_the_signed_document_is_seen(package, own, was, now):
    document = signed(package, own[0])
    assert was in document
    with pytest.raises(SignatureWrong):
        signature.verify(document.replace(was, now, 1), own[1])


def test_a_signature_over_another_element_is_wrong(package, own):
    """A wrapping attack: what was signed is kept aside, another package takes its place."""
    other = wire.build("GRT101", CONFIRMATION | {"remark": "other"}, ENVELOPE)
    document = signed(package, own[0])
    signed_object = b'<Object Id="String">' + package + b"</Object>"
    forged = b'<Object Id="Other">' + other + b"</Object>"
    for wrapped in (
        document.replace(signed_object, forged + signed_object),
        document.replace(signed_object, b'<Object Id="Other">' + other + signed_object + b"</Object>"),
        document.replace(b"</KeyInfo>", signed_object + b"</KeyInfo>", 1).replace(
            signed_object + b"</Signature>", forged + b"</Signature>"
        ),
    ):
        with pytest.raises(SignatureWrong):
            signature.verify(wrapped, own[1])


def test_a_second_reference_is_wrong(package, own):
    key, certificate = own
    to_sign = signature.signed_info(package, "rsa-sha1")
    reference = to_sign[to_sign.index(b"<Reference") : to_sign.index(b"</SignedInfo>")]
    doubled = to_sign.replace(b"</SignedInfo>", reference + b"</SignedInfo>")
    value = key.sign(doubled, padding.PKCS1v15(), hashes.SHA1())
    document = signature.assemble(package, doubled, base64.b64encode(value).decode(), "012c14a9")
    with pytest.raises(SignatureWrong):
        signature.verify(document, certificate)


@pytest.mark.parametrize("value", ["", "not base64!", "====", "<x/>"])
def test_a_value_that_is_no_base64_is_not_assembled(package, value):
    with pytest.raises(SignatureWrong):
        signature.assemble(package, signature.signed_info(package, "rsa-sha1"), value, "012c14a9")


def test_a_key_name_that_is_markup_is_not_assembled(package):
    with pytest.raises(SignatureWrong):
        signature.assemble(package, signature.signed_info(package, "rsa-sha1"), "AAAA", "<x>")


def test_what_was_verified_must_be_the_declaration(package, own, monkeypatch):
    """Should the library ever look at another element than ours."""
    monkeypatch.setattr(signature._Verifier, "verify", lambda *args, **options: None)
    with pytest.raises(SignatureWrong, match="."):
        signature.verify(signed(package, own[0]), own[1])


def test_a_certificate_that_is_none_is_a_wrong_signature(package, own):
    with pytest.raises(SignatureWrong):
        signature.verify(signed(package, own[0]), b"no certificate")


def test_only_the_methods_of_the_setting_are_accepted(package, own, settings):
    key, certificate = own
    settings.EKEY_SIGNATURE_METHODS = ["rsa-sha256"]
    signature.verify(signed(package, key, "rsa-sha256"), certificate)
    with pytest.raises(SignatureWrong, match="method is not accepted"):
        signature.verify(signed(package, key, "rsa-sha1"), certificate)
