"""What we send: the layouts of the samples, element for element, and what is not written."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from lxml import etree

from customs import wire
from customs.converters import write_amount
from customs.safe_xml import by_local_name
from customs.wire import Envelope, WireError
from tests.customs.samples import CONFIRMATION, ENVELOPE, FOLDER

SENT = sorted((FOLDER / "outgoing").glob("*.xml"))
# Our name of each element that a head may have, whatever the type.
NAMES = {
    "SeqNo": "pre_entry_number",
    "EtpsInnerNo": "internal_no",
    "DpstLevyBlNo": "levy_number",
    "ChgTmsCnt": "round",
    "DclTypecd": "declaration_type",
    "GrtTypecd": "guarantee_type",
    "GsarNo": {"GRT101": "general_guarantee_number", "GRT111": "guarantee_number"},
    "GrtNo": "parent_number",
    "SerialNo": "serial_number",
    "RtnbkTypecd": "refund_type",
    "RtnbkAmt": "amount",
    "RtnbkRsn": "reason",
    "TargetNo": "target_number",
    "RcvUnitNm": "payee_name",
    "RcvUnitOpaccBankNm": "payee_bank",
    "RcvUnitBankAcctnum": "payee_account",
    "LtguaType": "guarantee_mode",
    "LtguaNo": "letter_number",
    "ValidDateEnd": "letter_valid_until",
    "PymtModecd": "payment_mode",
    "AssuredEtpsno": "guaranteed_code",
    "AssuredEtpsSccd": "guaranteed_credit_code",
    "AssuredEtpsNm": "guaranteed_name",
    "PmnEtpsno": "payer_code",
    "PmnEtpsSccd": "payer_credit_code",
    "PmnEtpsNm": "payer_name",
    "PmnEtpsOpaccBankNm": "payer_bank",
    "PmnEtpsBankAcctnum": "payer_account",
    "MasterCuscd": "district",
    "GrtAmt": "amount",
    "LinkMan": "contact_name",
    "LinkTel": "contact_phone",
    "InputCode": "input_code",
    "InputSccd": "input_credit_code",
    "InputName": "input_name",
    "DclEtpsno": "declarant_code",
    "DclEtpsSccd": "declarant_credit_code",
    "DclEtpsNm": "declarant_name",
    "DclTime": "declared_on",
    "Rmk": "remark",
}
TYPED = {
    "GrtAmt": Decimal,
    "RtnbkAmt": Decimal,
    "SerialNo": int,
    "ChgTmsCnt": int,
    "ValidDateEnd": lambda text: datetime.strptime(text, "%Y%m%d").date(),
    "DclTime": lambda text: datetime.strptime(text, "%Y%m%d").date(),
}
FILED = {name: value for name, value in CONFIRMATION.items() if name.startswith(("input_", "declarant_", "declared_"))}
SET_UP = FILED | {
    "pre_entry_number": "202600000000000072",
    "internal_no": "202600000000000072-0-1",
    "round": 0,
    "declaration_type": "1",
    "guarantee_mode": "2",
    "guaranteed_code": "1111510001",
    "guaranteed_name": "北京天竺示范加工有限公司",
    "payer_name": "北京天竺示范加工有限公司",
    "district": "0100",
    "amount": Decimal(100000),
    "letter_number": "BH2026000071",
}
REFUND = FILED | {
    "pre_entry_number": "202600000000000073",
    "internal_no": "202600000000000073-0-1",
    "guarantee_type": "2",
    "parent_number": "ZS0100202600071",
    "serial_number": 1,
    "refund_type": "1",
    "amount": Decimal(800),
    "reason": "手册已核销结案",
}


def canonical(element):
    """The element without the space between tags."""
    bare = etree.fromstring(etree.tostring(element), etree.XMLParser(remove_blank_text=True))
    return etree.tostring(bare, method="c14n")


def values_of(message_type, head):
    """The values of a head by our names, typed; an empty element is None."""
    values = {}
    for element in head:
        name = NAMES[element.tag]
        name = name if isinstance(name, str) else name[message_type]
        values[name] = TYPED.get(element.tag, str)(element.text) if element.text else None
    return values


@pytest.mark.parametrize("path", SENT, ids=lambda path: path.stem)
def test_every_sample_is_rebuilt_element_for_element(path):
    package = by_local_name(etree.parse(path).getroot()).find("Object/Package")
    info = {field.tag: field.text for field in package.find("EnvelopInfo")}
    sent_at = datetime.fromisoformat(f"{info['send_time']}+08:00").astimezone(UTC)
    envelope = Envelope(info["message_id"], info["file_name"], info["sender_id"], info["receiver_id"], sent_at)
    head = package.find("DataInfo/BussinessData")[0][0]
    built = wire.build(info["message_type"], values_of(info["message_type"], head), envelope)
    assert canonical(etree.fromstring(built)) == canonical(package)


def test_there_is_a_sample_of_every_type_that_is_sent():
    assert {path.name[:6] for path in SENT} == {"GRT101", "GRT111", "GRT121"}


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("100000", "100000.00"),
        ("1E+5", "100000.00"),
        ("800.5", "800.50"),
        ("800.50000", "800.50"),
        ("39287493.23234", "39287493.23234"),
        ("9999999999999.99999", "9999999999999.99999"),
    ],
)
def test_an_amount_is_written_with_two_to_five_decimals_and_no_exponent(amount, text):
    assert write_amount(Decimal(amount)) == text


def test_a_written_package_stands_in_no_namespace():
    assert wire.build("GRT101", CONFIRMATION, ENVELOPE).startswith(b'<Package xmlns=""><EnvelopInfo>')


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"levy_number": "ZS1"}, "DpstLevyBlNo"),
        ({"guaranteed_code": ""}, "AssuredEtpsno"),
        ({"contact_name": None}, "LinkMan"),
        ({"payer_account": "12 34"}, "PmnEtpsBankAcctnum"),
        ({"remark": "a\u202eb"}, "Rmk"),
        ({"remark": "a\x00b"}, "Rmk"),
        ({"remark": "x" * 256}, "Rmk"),
        ({"surname": "王"}, "surname"),
    ],
)
def test_what_does_not_fit_the_layout_of_a_confirmation_is_not_written(change, said):
    with pytest.raises(WireError, match=said):
        wire.build("GRT101", CONFIRMATION | change, ENVELOPE)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"guarantee_number": "ZS0100202600071"}, "GsarNo"),
        ({"declaration_type": "3"}, "DclTypecd"),
        ({"guarantee_mode": None}, "LtguaType"),
        ({"payer_name": ""}, "PmnEtpsNm"),
        ({"district": "北京"}, "MasterCuscd"),
        ({"amount": Decimal(0)}, "GrtAmt"),
        ({"amount": Decimal(-1)}, "GrtAmt"),
        ({"amount": Decimal("0.000001")}, "GrtAmt"),
        ({"amount": Decimal("1E+13")}, "GrtAmt"),
        ({"amount": Decimal("NaN")}, "number"),
        ({"letter_number": "x" * 51}, "LtguaNo"),
    ],
)
def test_what_does_not_fit_the_layout_of_a_general_guarantee_is_not_written(change, said):
    assert wire.build("GRT111", SET_UP, ENVELOPE)
    with pytest.raises(WireError, match=said):
        wire.build("GRT111", SET_UP | change, ENVELOPE)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"parent_number": ""}, "GrtNo"),
        ({"serial_number": None}, "SerialNo"),
        ({"refund_type": "3"}, "RtnbkTypecd"),
        ({"amount": None}, "RtnbkAmt"),
        ({"reason": ""}, "RtnbkRsn"),
        ({"target_number": "ZS 1"}, "TargetNo"),
        ({"payee_account": "12345"}, "RcvUnitBankAcctnum"),
    ],
)
def test_what_does_not_fit_the_layout_of_a_refund_is_not_written(change, said):
    assert wire.build("GRT121", REFUND, ENVELOPE)
    with pytest.raises(WireError, match=said):
        wire.build("GRT121", REFUND | change, ENVELOPE)


def test_a_naive_time_is_not_written():
    with pytest.raises(WireError, match="aware"):
        wire.build("GRT101", CONFIRMATION, replace(ENVELOPE, sent_at=datetime(2026, 9, 1)))
