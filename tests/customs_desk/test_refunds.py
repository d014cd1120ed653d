"""Refunds and transfers at the customs desk."""

from pathlib import Path

import pytest

from simulators.customs_desk import Desk, DeskError
from tests.customs_desk.folders import (
    CASH,
    LOADED,
    SENT,
    UNIT_NAME,
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

GENERAL = "D80100202600001"
SEQ = "202600000000000003"
REFUND = {
    "GrtTypecd": "2",
    "SerialNo": "1",
    "RtnbkTypecd": "1",
    "RtnbkAmt": "800.00",
    "RtnbkRsn": "手册已核销结案",
    "RcvUnitNm": UNIT_NAME,
    "RcvUnitOpaccBankNm": "中国银行北京示范支行",
    "RcvUnitBankAcctnum": "3490000000000001",
}
TRANSFER = {**REFUND, "RtnbkTypecd": "2", "TargetNo": "ZS0100202600009"}
TAKEN = ("technical", "0", "退还结转申报服务调用成功")


def apply(desk: Desk, var: Path, number: str, fields: dict[str, str] = REFUND, attempt: int = 1) -> str:
    return declare_other(desk, var, "GRT121", {**fields, "GrtNo": number}, seq=SEQ, attempt=attempt)


def last(var: Path) -> bytes:
    return (box(var, "InBox") / names(var)[-1]).read_bytes()


def books(desk: Desk) -> tuple[str, str, str]:
    guarantee = desk.store.guarantee(GENERAL)
    return guarantee.usable, guarantee.used, guarantee.refunded


def test_a_refund_of_an_order_is_approved_with_a_notice(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    order = issue(desk)
    apply(desk, tmp_path, order)
    run(desk, clock, 60)
    assert told(tmp_path) == [TAKEN, SENT, LOADED, ("GRT221", "1", "")]
    said = ("grtNo", "businessId", "serialNo", "rtnbkTypecd", "rtnbkAmt", "itrstAmt", "noticeDate", "rtnNoticeNo")
    assert [field(last(tmp_path), name) for name in said] == [
        order, order, "1", "1", "800.00", "0", "20260630", "010026000001",
    ]  # fmt: skip
    assert desk.store.order(order).refunded == "800.00"


def test_a_transfer_has_no_notice_and_needs_a_target(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    order = issue(desk)
    apply(desk, tmp_path, order, {**TRANSFER, "TargetNo": ""})
    run(desk, clock, 8)
    assert told(tmp_path) == [("technical", "-1", "导入报文中结转目标编号为空，请修改后重新导入")]
    apply(desk, tmp_path, order, TRANSFER, attempt=2)
    run(desk, clock, 8)
    assert [field(last(tmp_path), name) for name in ("rtnbkTypecd", "rtnNoticeNo")] == ["2", ""]


def test_customs_may_approve_less_and_with_interest(desk: Desk, tmp_path: Path) -> None:
    order = issue(desk)
    inner = apply(desk, tmp_path, order)
    message = desk.answer(inner, "approve", figures={"amount": "700", "interest": "0.35"}).read_bytes()
    assert (field(message, "rtnbkAmt"), field(message, "itrstAmt")) == ("700.00", "0.35")
    desk.answer(inner, "approve")
    assert desk.store.order(order).refunded == "700.00"
    with pytest.raises(DeskError):
        desk.answer(inner, "approve", figures={"used": "1"})


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        ("ZS0100202600001", ("GRT221", "3", "可退还金额不足")),
        (GENERAL, ("GRT221", "3", "可退还金额不足")),
        ("ZS0100202600099", ("GRT200", "Z", "报文入库失败：担保编号不存在")),
    ],
)
def test_more_than_is_left_and_of_nothing_is_not_approved(
    desk: Desk, tmp_path: Path, clock: Clock, number: str, answer: tuple[str, str, str]
) -> None:
    issue(desk)
    set_up(desk, tmp_path)
    inner = apply(desk, tmp_path, number, {**REFUND, "RtnbkAmt": "100000.01"})
    run(desk, clock, 30)
    assert told(tmp_path)[-1] == answer
    with pytest.raises(DeskError):
        desk.answer(inner, "approve", figures={"amount": "none"})


def test_a_refund_of_a_general_guarantee_shrinks_what_is_usable(desk: Desk, tmp_path: Path) -> None:
    inner = apply(desk, tmp_path, set_up(desk, tmp_path))
    for _ in range(2):
        desk.answer(inner, "approve")
        assert books(desk) == ("99200.00", "0", "800.00")


def test_a_refund_of_an_order_under_one_gives_it_back_and_cancelling_the_rest(desk: Desk, tmp_path: Path) -> None:
    set_up(desk, tmp_path)
    order = issue(desk)
    under_it = {**CASH, "GrtTypecd": "1", "GsarNo": GENERAL}
    desk.answer(declare(desk, tmp_path, order, fields=under_it), "approve")
    assert books(desk) == ("98000.00", "2000.00", "0")
    inner = apply(desk, tmp_path, order)
    desk.answer(inner, "approve")
    assert books(desk) == ("98800.00", "1200.00", "0")
    with pytest.raises(DeskError, match="可退还金额不足"):
        desk.answer(apply(desk, tmp_path, order, attempt=2), "approve", figures={"amount": "1200.01"})
    desk.cancel(order)
    assert books(desk) == ("100000.00", "0", "0")
