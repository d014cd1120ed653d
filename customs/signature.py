"""The XML-DSig around a declaration (EKEY, In the portal 1).

The card signs the canonical SignedInfo, so its bytes are made before the signature exists: inclusive C14N, one
Reference `#String` without transforms, SHA-256 of the canonical Object exactly as it stands in the finished document.
"""

import base64
import hashlib
import re

from cryptography import x509
from django.conf import settings
from django.utils.translation import gettext as _
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from customs import safe_xml

DSIG = "http://www.w3.org/2000/09/xmldsig#"
METHODS = {"rsa-sha1": SignatureMethod.RSA_SHA1, "rsa-sha256": SignatureMethod.RSA_SHA256}
_SIGNED_INFO = (
    '<SignedInfo xmlns="{dsig}">'
    '<CanonicalizationMethod Algorithm="{c14n}"></CanonicalizationMethod>'
    '<SignatureMethod Algorithm="{method}"></SignatureMethod>'
    '<Reference URI="#String"><DigestMethod Algorithm="{sha256}"></DigestMethod>'
    "<DigestValue>{digest}</DigestValue></Reference></SignedInfo>"
)
_SHAPE = ["SignedInfo", "SignatureValue", "KeyInfo", "Object"]
_SIGNED_INFO_SHAPE = ["CanonicalizationMethod", "SignatureMethod", "Reference"]
_KEY_NAME = re.compile(r"[0-9A-Za-z]{1,64}")


class SignatureWrong(Exception):
    """The signature does not cover the declaration, or is not of this certificate's key. Its text is the reason."""


def signed_info(package: bytes, method: str) -> bytes:
    """Return the canonical SignedInfo of `package` (from `wire.build`): what the card is given to hash and sign.

    `method` is `rsa-sha1` (legacy: what the cards in the field do) or `rsa-sha256`.
    """
    digest = hashlib.sha256(_canonical(etree.fromstring(_object(package, in_signature=False)))).digest()
    return _SIGNED_INFO.format(
        dsig=DSIG,
        c14n=CanonicalizationMethod.CANONICAL_XML_1_0.value,
        method=METHODS[method].value,
        sha256=DigestAlgorithm.SHA256.value,
        digest=base64.b64encode(digest).decode(),
    ).encode()


def assemble(package: bytes, signed_info: bytes, signature_value: str, key_name: str) -> bytes:
    """Return the finished Signature document. Raises SignatureWrong for a value or a key name that is none."""
    value = "".join(signature_value.split())
    try:
        base64.b64decode(value, validate=True)
    except ValueError as error:
        raise SignatureWrong(_("The signature value is not base64.")) from error
    if not value or not _KEY_NAME.fullmatch(key_name):
        raise SignatureWrong(_("The signature value or the certificate number is missing or malformed."))
    # Inside Signature the namespace is inherited, so SignedInfo need not repeat it; its canonical form is the same.
    inherited = signed_info.replace(f' xmlns="{DSIG}"'.encode(), b"", 1)
    return b"".join(
        (
            b'<?xml version="1.0" encoding="UTF-8"?>\n',
            f'<Signature xmlns="{DSIG}">'.encode(),
            inherited,
            f"<SignatureValue>{value}</SignatureValue>".encode(),
            f"<KeyInfo><KeyName>{key_name}</KeyName></KeyInfo>".encode(),
            _object(package, in_signature=True),
            b"</Signature>",
        )
    )


class _Verifier(XMLVerifier):
    """signxml on a tree of its own for each element it canonicalises.

    In a part of a tree that inherits its default namespace lxml's C14N writes a wrong `xmlns=""` on grandchildren
    (signxml issue 275), which no other program does.
    """

    def _c14n(
        self, nodes: etree._Element, algorithm: CanonicalizationMethod, inclusive_ns_prefixes: list[str] | None = None
    ) -> bytes:
        alone = etree.fromstring(etree.tostring(nodes, with_tail=False))
        return bytes(super()._c14n(alone, algorithm, inclusive_ns_prefixes))


def verify(document: bytes, certificate_der: bytes) -> None:
    """Check that the key of the certificate signed exactly the Package of the document. Raises SignatureWrong.

    Only the methods in settings.EKEY_SIGNATURE_METHODS are accepted.
    Chain and validity of the certificate are not looked at: a declaration stays verifiable after its card expired.
    """
    try:
        certificate = x509.load_der_x509_certificate(certificate_der)
        root = safe_xml.parse(document)
        method = _checked_shape(root)
        result = _Verifier().verify(
            document, x509_cert=certificate, expect_config=_configuration(certificate, method), id_attribute="Id"
        )
    except (safe_xml.Unreadable, SignXMLException, etree.LxmlError, ValueError) as error:
        raise SignatureWrong(_("The signature does not fit what was to be signed. Please sign again.")) from error
    if not isinstance(result, VerifyResult) or result.signed_data != _canonical(root[-1]):
        raise SignatureWrong(_("The signature covers something else than the declaration."))


def _object(package: bytes, *, in_signature: bool) -> bytes:
    namespace = b"" if in_signature else f' xmlns="{DSIG}"'.encode()
    return b"<Object" + namespace + b' Id="String">' + package + b"</Object>"


def _canonical(element: etree._Element) -> bytes:
    # A tree of its own: canonicalising a part of a tree would take the text behind the element with it.
    return etree.tostring(etree.fromstring(etree.tostring(element, with_tail=False)), method="c14n")


def _configuration(certificate: x509.Certificate, method: SignatureMethod) -> SignatureConfiguration:
    return SignatureConfiguration(
        location="./",
        expect_references=1,
        signature_methods=frozenset({method}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
        default_reference_c14n_method=CanonicalizationMethod.CANONICAL_XML_1_0,
        verification_time=certificate.not_valid_before_utc,
    )


def _checked_shape(root: etree._Element) -> SignatureMethod:
    if root.tag != f"{{{DSIG}}}Signature" or [child.tag for child in root] != [f"{{{DSIG}}}{name}" for name in _SHAPE]:
        raise SignatureWrong(_("The document is not a signature around a declaration."))
    if [child.tag for child in root[-1]] != ["Package"] or root[-1].attrib.items() != [("Id", "String")]:
        raise SignatureWrong(_("The signed object is not one Package."))
    if [child.tag for child in root[0]] != [f"{{{DSIG}}}{name}" for name in _SIGNED_INFO_SHAPE]:
        raise SignatureWrong(_("The signature does not refer to the declaration alone."))
    reference = root[0][-1]
    if reference.attrib.items() != [("URI", "#String")] or reference.find(f"{{{DSIG}}}Transforms") is not None:
        raise SignatureWrong(_("The signature does not refer to the declaration alone."))
    return _checked_methods(root[0])


def _checked_methods(signed_info: etree._Element) -> SignatureMethod:
    algorithms = [element.get("Algorithm") for element in signed_info]
    if algorithms[0] != CanonicalizationMethod.CANONICAL_XML_1_0.value:
        raise SignatureWrong(_("The canonicalisation method is not accepted."))
    for name, method in METHODS.items():
        if algorithms[1] == method.value and name in settings.EKEY_SIGNATURE_METHODS:
            return method
    raise SignatureWrong(_("The signature method is not accepted."))
