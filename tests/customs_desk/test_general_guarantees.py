"""General guarantees at the customs desk: set up, changed, drawn on, reported."""

from pathlib import Path

import pytest

from simulators.customs_desk import Desk, DeskError
from tests.customs_desk.folders import (
    APPROVED,
    BY_CASH,
    BY_LETTER,
    CASH,
    LOADED,
    SENT,
    SEQ_2,
    UNIT,
    Clock,
    box,
    declare,
    declare_other,
    field,
    issue,
    names,
    run,
    set_up,
    told,
)  # fmt: skip

TAKEN = ("technical", "0", "总担保申报服务调用成功")
DECIDED = ("GRT211", "1", "")
NUMBER = "D80100202600001"
UNDER_IT = {**CASH, "GrtTypecd": "1", "GsarNo": NUMBER, "LtguaType": "2"}
CHANGE = {
    **BY_LETTER,
    "GsarNo": NUMBER,
    "DclTypecd": "2",
    "GrtAmt": "150000.00",
    "LtguaNo": "BH2026000002",
    "ValidDateEnd": "20281231",
}


def figures(xml: bytes) -> tuple[str, ...]:
    """Total, usable, used, refunded, locked of a GRT211 or GRT212."""
    return tuple(field(xml, name) for name in ("grtAmt", "usableAmt", "usedAmt", "rtnAmt", "lockAmt"))


def last(var: Path, unit: str = UNIT) -> bytes:
    return (box(var, "InBox", unit) / names(var, unit)[-1]).read_bytes()


def books(desk: Desk) -> tuple[str, ...]:
    guarantee = desk.store.guarantee(NUMBER)
    return guarantee.amount, guarantee.usable, guarantee.used, guarantee.refunded, guarantee.locked


def test_one_by_letter_is_accepted_sent_loaded_and_approved_and_no_money_follows(
    desk: Desk, tmp_path: Path, clock: Clock
) -> None:
    declare_other(desk, tmp_path, "GRT111", BY_LETTER)
    run(desk, clock, 60)
    assert told(tmp_path) == [TAKEN, SENT, LOADED, DECIDED]
    assert names(tmp_path, UNIT) == []
    approval = (box(tmp_path, "InBox") / names(tmp_path)[-1]).read_bytes()
    assert field(approval, "businessId") == field(approval, "gsarNo") == NUMBER
    assert figures(approval) == ("100000.00", "100000.00", "0", "0", "0")
    assert [field(approval, name) for name in ("ltguaNo", "validDateEnd", "chgTmsCnt", "typecd", "putrecDate")] == [
        "BH2026000001", "20271231", "0", "1", "20260630",
    ]  # fmt: skip
    assert [field(approval, name) for name in ("payDeadline", "mkclUnitNm")] == ["", ""]


def test_one_by_cash_has_a_payee_and_a_deadline_and_is_noticed_and_paid(
    desk: Desk, tmp_path: Path, clock: Clock
) -> None:
    declare_other(desk, tmp_path, "GRT111", BY_CASH)
    run(desk, clock, 11)
    approval = (box(tmp_path, "InBox") / names(tmp_path)[-1]).read_bytes()
    assert [field(approval, name) for name in ("payDeadline", "mkclUnitBankAcctnum")] == [
        "20260715",
        "0200000000000000001",
    ]
    notice = last(tmp_path)
    assert [field(notice, name) for name in ("grtNo", "amt", "payDeadline", "pmnEtpsBankAcctnum")] == [
        NUMBER, "100000.00", "20260715", "3490000000000001",
    ]  # fmt: skip
    assert desk.store.guarantee(NUMBER).state == "1"
    run(desk, clock, 60)
    assert [kind for kind, _, _ in told(tmp_path, UNIT)] == ["GRT231", "GRT232"]
    assert field(last(tmp_path), "grtNo") == NUMBER
    assert desk.store.guarantee(NUMBER).state == "2"


def test_a_notice_can_be_paid_in_part_and_taken_back(desk: Desk, tmp_path: Path) -> None:
    notice = desk.send_notice(set_up(desk, tmp_path, BY_CASH), amount="500")
    states = []
    for amount, result in (("400", "1"), ("500", "1"), ("500", "0")):
        desk.send_payment(notice, amount, result)
        states.append(desk.store.guarantee(NUMBER).state)
    assert states == ["1", "2", "1"]


@pytest.mark.parametrize(
    ("fields", "missing", "label"),
    [
        (BY_CASH, "PmnEtpsNm", "缴款单位名称"),
        (BY_CASH, "PymtModecd", "支付方式"),
        (BY_CASH, "PmnEtpsBankAcctnum", "缴款单位银行账号"),
        (BY_LETTER, "LtguaNo", "保函编号"),
        (BY_LETTER, "ValidDateEnd", "保函有效期"),
        (BY_LETTER, "MasterCuscd", "主管关区"),
        (BY_LETTER, "GrtAmt", "总担保金额"),
        (BY_LETTER, "AssuredEtpsNm", "被担保单位名称"),
        (CHANGE, "GsarNo", "总担保编号"),
    ],
)
def test_the_data_centre_refuses_one_with_a_required_field_empty(
    desk: Desk, tmp_path: Path, clock: Clock, fields: dict[str, str], missing: str, label: str
) -> None:
    declare_other(desk, tmp_path, "GRT111", {**fields, missing: ""})
    run(desk, clock, 30)
    assert told(tmp_path) == [("technical", "-1", f"导入报文中{label}为空，请修改后重新导入")]


def test_a_rule_returns_the_first_attempt_and_the_second_is_approved(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    fields = {**BY_LETTER, "GrtAmt": "100000.13"}
    declare_other(desk, tmp_path, "GRT111", fields)
    run(desk, clock, 30)
    returned = (box(tmp_path, "InBox") / names(tmp_path)[-1]).read_bytes()
    assert told(tmp_path)[-1] == ("GRT211", "3", "缴款单位银行账号有误，请核对后重新申报")
    assert (field(returned, "businessId"), b"GrtBsc" in returned) == ("", False)
    declare_other(desk, tmp_path, "GRT111", fields, attempt=2)
    run(desk, clock, 8)
    assert told(tmp_path)[-1] == DECIDED


def test_an_amount_that_is_none_cannot_be_loaded(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    declare_other(desk, tmp_path, "GRT111", {**BY_LETTER, "GrtAmt": "many"})
    run(desk, clock, 30)
    assert told(tmp_path)[-1] == ("GRT200", "Z", "报文入库失败：金额不正确")


def test_a_second_approval_says_the_same(desk: Desk, tmp_path: Path) -> None:
    inner = declare_other(desk, tmp_path, "GRT111", BY_LETTER)
    first, again = (desk.answer(inner, "approve").read_bytes() for _ in range(2))
    assert first[first.index(b"<GrtBsc>") :] == again[again.index(b"<GrtBsc>") :]
    assert [guarantee.number for guarantee in desk.store.guarantees()] == [NUMBER]


def test_an_approval_said_again_after_a_change_bears_its_own_round(desk: Desk, tmp_path: Path) -> None:
    set_up(desk, tmp_path)
    set_up(desk, tmp_path, CHANGE, round_=1)
    again = desk.answer(f"{SEQ_2}-0-1", "approve").read_bytes()
    assert (field(again, "tmsCnt"), field(again, "chgTmsCnt")) == ("0", "0")
    assert desk.store.guarantee(NUMBER).round == "1"


def test_a_change_takes_the_new_values_and_keeps_what_is_taken(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    set_up(desk, tmp_path)
    desk.send_amounts(NUMBER, used="2000", locked="500.5")
    declare_other(desk, tmp_path, "GRT111", CHANGE, round_=1)
    run(desk, clock, 30)
    approval = (box(tmp_path, "InBox") / names(tmp_path)[-1]).read_bytes()
    assert figures(approval) == ("150000.00", "147499.50", "2000.00", "0", "500.50")
    assert [field(approval, name) for name in ("tmsCnt", "typecd", "chgTmsCnt", "ltguaNo", "validDateEnd", "putrecDate")] == [
        "1", "2", "1", "BH2026000002", "20281231", "20260630",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({"GsarNo": "D80100202600099"}, ("GRT200", "Z", "报文入库失败：总担保编号不存在")),
        ({"AssuredEtpsno": "4403960002"}, ("GRT200", "Z", "报文入库失败：总担保不属于被担保单位")),
        ({"GrtAmt": "1999.99"}, ("GRT211", "3", "总担保金额低于已用、已退回和锁定金额之和")),
    ],
)
def test_a_change_that_cannot_be_is_not_approved(
    desk: Desk, tmp_path: Path, clock: Clock, change: dict[str, str], answer: tuple[str, str, str]
) -> None:
    set_up(desk, tmp_path)
    desk.send_amounts(NUMBER, used="2000")
    declare_other(desk, tmp_path, "GRT111", {**CHANGE, **change}, round_=1)
    run(desk, clock, 30)
    assert told(tmp_path)[-1] == answer
    assert books(desk) == ("100000.00", "98000.00", "2000.00", "0", "0")


def test_a_returned_change_leaves_the_guarantee_as_it_was(desk: Desk, tmp_path: Path) -> None:
    set_up(desk, tmp_path)
    returned = desk.answer(declare_other(desk, tmp_path, "GRT111", CHANGE, round_=1), "return").read_bytes()
    assert (field(returned, "businessId"), field(returned, "typecd")) == (NUMBER, "2")
    assert books(desk)[0] == "100000.00"


def test_an_approved_order_under_it_is_used_and_a_cancelled_one_no_more(desk: Desk, tmp_path: Path) -> None:
    set_up(desk, tmp_path)
    order = issue(desk)
    inner = declare(desk, tmp_path, order, fields=UNDER_IT)
    for _ in range(2):
        desk.answer(inner, "approve")
        assert books(desk) == ("100000.00", "98000.00", "2000.00", "0", "0")
    for _ in range(2):
        desk.cancel(order)
        assert books(desk) == ("100000.00", "100000.00", "0", "0", "0")
    assert "GRT212" not in [kind for kind, _, _ in told(tmp_path, UNIT)]


def test_an_order_that_was_returned_or_not_yet_decided_uses_nothing(desk: Desk, tmp_path: Path) -> None:
    set_up(desk, tmp_path)
    order = issue(desk)
    inner = declare(desk, tmp_path, order, fields=UNDER_IT)
    for answer in ("loaded", "return", "approve"):
        desk.answer(inner, answer)
    desk.cancel(order)
    assert books(desk)[2] == "0"


def test_an_order_beyond_what_is_usable_is_returned(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    set_up(desk, tmp_path)
    desk.send_amounts(NUMBER, used="98000.01")
    declare(desk, tmp_path, issue(desk), fields=UNDER_IT)
    run(desk, clock, 30)
    assert told(tmp_path)[-1] == ("GRT201", "3", "总担保可用金额不足")
    second = declare(desk, tmp_path, issue(desk), 2, fields=UNDER_IT)
    with pytest.raises(DeskError, match="总担保可用金额不足"):
        desk.answer(second, "approve")
    desk.send_amounts(NUMBER, used="98000")
    run(desk, clock, 8)
    assert told(tmp_path)[-1] == APPROVED
    assert books(desk)[1] == "0"


@pytest.mark.parametrize(
    ("number", "state", "unit", "fault"),
    [
        ("D80100202600099", "", UNIT, "总担保编号不存在"),
        (NUMBER, "7", UNIT, "总担保已注销"),
        (NUMBER, "", "4403960002", "总担保不属于被担保单位"),
    ],
)
def test_an_order_under_none_that_can_carry_it_cannot_be_loaded(
    desk: Desk, tmp_path: Path, clock: Clock, number: str, state: str, unit: str, fault: str
) -> None:
    set_up(desk, tmp_path)
    desk.send_amounts(NUMBER, state=state)
    order = issue(desk, unit_code=unit)
    declare(desk, tmp_path, order, fields={**UNDER_IT, "GsarNo": number, "AssuredEtpsno": unit})
    run(desk, clock, 30)
    assert told(tmp_path)[-1] == ("GRT200", "Z", f"报文入库失败：{fault}")


def test_amounts_are_a_snapshot_by_hand_to_the_guaranteed_unit(desk: Desk, tmp_path: Path) -> None:
    set_up(desk, tmp_path)
    path = desk.send_amounts(NUMBER, state="3", related_number="ZS0100202600005", used="2000", usable="1")
    assert path.parent == box(tmp_path, "InBox", UNIT)
    message = path.read_bytes()
    assert figures(message) == ("100000.00", "1.00", "2000.00", "0", "0")
    assert [field(message, name) for name in ("grtStucd", "changeTime", "rltNo")] == [
        "3", "2026-06-30 10:15:30", "ZS0100202600005",
    ]  # fmt: skip
    assert (books(desk)[1], desk.store.guarantee(NUMBER).state) == ("98000.00", "3")


def test_an_approval_may_give_other_figures(desk: Desk, tmp_path: Path) -> None:
    inner = declare_other(desk, tmp_path, "GRT111", BY_LETTER)
    message = desk.answer(inner, "approve", figures={"amount": "90000", "locked": "5"}).read_bytes()
    assert figures(message) == ("90000.00", "89995.00", "0", "0", "5.00") == books(desk)


def test_figures_that_make_no_sense_are_refused_and_nothing_is_sent(desk: Desk, tmp_path: Path) -> None:
    inner = declare_other(desk, tmp_path, "GRT111", BY_LETTER)
    for answer, wrong in (("return", {"amount": "1"}), ("approve", {"total": "1"}), ("approve", {"used": "100000.01"})):
        with pytest.raises(DeskError):
            desk.answer(inner, answer, figures=wrong)
    order = declare(desk, tmp_path, issue(desk))
    with pytest.raises(DeskError):
        desk.answer(order, "approve", figures={"amount": "1"})
    assert (told(tmp_path), desk.store.guarantees()) == ([], [])
    set_up(desk, tmp_path, attempt=2)
    for wrong in ({"state": "9"}, {"used": "-1"}, {"usable": "x"}, {"total": "1"}):
        with pytest.raises(DeskError):
            desk.send_amounts(NUMBER, **wrong)
    with pytest.raises(DeskError, match="没有总担保"):
        desk.send_amounts("D80100202600099")
