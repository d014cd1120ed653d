"""The customs desk, known only by what it reads from and writes into the exchange folders."""

import re
from datetime import date, datetime
from pathlib import Path

import pytest

from simulators.customs_desk import Desk, DeskError
from simulators.customs_desk.records import SHANGHAI
from tests.customs_desk.folders import (
    ACCEPTED,
    AGENT,
    APPROVED,
    CASH,
    LETTER,
    LOADED,
    SENT,
    SEQ,
    UNIT,
    Clock,
    box,
    declaration,
    declare,
    field,
    issue,
    names,
    put,
    run,
    set_up,
    told,
    zipped,
)


def test_a_cash_order_is_accepted_sent_loaded_approved_noticed_and_paid(
    desk: Desk, tmp_path: Path, clock: Clock
) -> None:
    number = issue(desk)
    assert number == "ZS0100202600001"
    declare(desk, tmp_path, number)
    run(desk, clock, 11)
    assert told(tmp_path) == [ACCEPTED, SENT, LOADED, APPROVED]
    assert [kind for kind, _, _ in told(tmp_path, UNIT)] == ["GRT202", "GRT231"]
    run(desk, clock, 20)
    assert [kind for kind, _, _ in told(tmp_path, UNIT)] == ["GRT202", "GRT231", "GRT232"]
    notice, payment = ((box(tmp_path, "InBox", UNIT) / name).read_bytes() for name in names(tmp_path, UNIT)[1:])
    assert field(notice, "noticeNo") == field(payment, "noticeNo") == "010026000001"
    assert field(notice, "pmnEtpsBankAcctnum") == "3490000000000001"
    assert (field(payment, "paidAmt"), field(payment, "result")) == ("2000.00", "1")
    assert field(payment, "rcptNo") == "801026000001"
    run(desk, clock, 60)
    assert (len(names(tmp_path)), len(names(tmp_path, UNIT))) == (4, 3)


def test_each_file_carries_the_numbers_and_times_of_its_message(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    declare(desk, tmp_path, issue(desk))
    run(desk, clock, 4)
    technical, sent = names(tmp_path)
    assert re.fullmatch(rf"Successed_GRT101_{SEQ}-0-1_t-1_20260630101532\d{{3}}\.xml", technical)
    message_id = f"CUS0000{AGENT}2026063010153470000000002"
    assert sent == f"Receipt_{message_id}.xml"
    message = (box(tmp_path, "InBox") / sent).read_bytes()
    assert (field(message, "message_id"), field(message, "file_name")) == (message_id, f"{message_id}.xml")
    assert (field(message, "send_time"), field(message, "manageDate")) == ("2026-06-30T10:15:34", "2026-06-30 10:15:34")


@pytest.mark.parametrize("fields", [LETTER, {**CASH, "GrtTypecd": "1", "GsarNo": "D80100202600001"}])
def test_only_a_single_cash_guarantee_is_followed_by_a_notice(
    desk: Desk, tmp_path: Path, clock: Clock, fields: dict[str, str]
) -> None:
    set_up(desk, tmp_path)
    declare(desk, tmp_path, issue(desk), fields=fields)
    run(desk, clock, 60)
    assert told(tmp_path)[-1] == APPROVED
    assert [kind for kind, _, _ in told(tmp_path, UNIT)] == ["GRT202"]


@pytest.mark.parametrize(
    ("amount", "answers"),
    [
        ("100.13", [ACCEPTED, SENT, LOADED, ("GRT201", "3", "缴款单位银行账号有误，请核对后重新申报")]),
        ("100.14", [ACCEPTED, SENT, ("GRT200", "Z", "报文入库失败：被担保单位编码不存在")]),
        ("100.16", [("technical", "-1", "导入报文中缴款单位名称为空，请修改后重新导入")]),
    ],
)
def test_a_rule_fails_the_first_attempt_and_the_second_is_approved(
    desk: Desk, tmp_path: Path, clock: Clock, amount: str, answers: list[tuple[str, str, str]]
) -> None:
    number = issue(desk, amount)
    declare(desk, tmp_path, number)
    run(desk, clock, 30)
    assert told(tmp_path) == answers
    declare(desk, tmp_path, number, attempt=2)
    run(desk, clock, 8)
    assert told(tmp_path)[len(answers) :] == [ACCEPTED, SENT, LOADED, APPROVED]


def test_a_manual_review_waits_for_an_officer(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    inner = declare(desk, tmp_path, issue(desk, "100.15"))
    run(desk, clock, 60)
    assert told(tmp_path)[-1] == ("GRT201", "2", "转人工")
    desk.answer(inner, "approve")
    assert told(tmp_path)[-1] == APPROVED
    run(desk, clock, 3)
    assert told(tmp_path, UNIT)[-1][0] == "GRT231"


def test_a_declaration_lies_in_the_sent_box_afterwards_and_unfinished_files_stay(desk: Desk, tmp_path: Path) -> None:
    put(tmp_path, "GRT101_x_t-1.zip.tmp", b"half")
    declare(desk, tmp_path, issue(desk))
    assert [file.name for file in box(tmp_path, "OutBox").iterdir()] == ["GRT101_x_t-1.zip.tmp"]
    assert [file.name for file in box(tmp_path, "SentBox").iterdir()] == [f"GRT101_{SEQ}-0-1_t-1.zip"]


def test_the_data_centre_refuses_cash_without_a_payer(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    declare(desk, tmp_path, issue(desk), fields={**CASH, "PmnEtpsNm": ""})
    run(desk, clock, 30)
    assert told(tmp_path) == [("technical", "-1", "导入报文中缴款单位名称为空，请修改后重新导入")]
    assert names(tmp_path)[0].startswith(f"Failed_GRT101_{SEQ}-0-1_t-1_")


def test_the_data_centre_refuses_a_digest_that_is_not_that_of_the_message(
    desk: Desk, tmp_path: Path, clock: Clock
) -> None:
    changed = declaration(issue(desk), 1, CASH).replace("王小明".encode(), "王大明".encode())
    put(tmp_path, "GRT101_1_t-1.zip", zipped(changed))
    desk.collect()
    run(desk, clock, 3)
    assert told(tmp_path) == [("technical", "-1", "报文数字签名验证失败：摘要值与报文内容不一致")]


def test_the_data_centre_refuses_what_is_not_signed(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    unsigned = declaration(issue(desk), 1, CASH).replace(b"Object", b"Thing")
    put(tmp_path, "GRT101_1_t-1.zip", zipped(unsigned))
    desk.collect()
    run(desk, clock, 3)
    assert [result for _, result, _ in told(tmp_path)] == ["-1"]


def test_the_data_centre_refuses_a_message_of_another_unit_than_the_folders(
    desk: Desk, tmp_path: Path, clock: Clock
) -> None:
    put(tmp_path, "GRT101_1_t-1.zip", zipped(declaration(issue(desk), 1, CASH, sender=UNIT)))
    desk.collect()
    run(desk, clock, 3)
    assert told(tmp_path) == [("technical", "-1", "报文发送单位与客户端登记单位不一致")]


def test_a_refused_attempt_sent_again_is_judged_again(desk: Desk, tmp_path: Path, clock: Clock) -> None:
    number = issue(desk)
    inner = declare(desk, tmp_path, number)
    desk.answer(inner, "refuse", "系统忙")
    declare(desk, tmp_path, number, send=2)
    run(desk, clock, 8)
    assert told(tmp_path) == [("technical", "-1", "系统忙"), ACCEPTED, SENT, LOADED, APPROVED]


def test_no_decision_follows_when_the_order_is_cancelled_after_loading(
    desk: Desk, tmp_path: Path, clock: Clock
) -> None:
    number = issue(desk)
    declare(desk, tmp_path, number)
    run(desk, clock, 6)
    desk.cancel(number)
    run(desk, clock, 60)
    assert told(tmp_path) == [ACCEPTED, SENT, LOADED]


def test_the_same_attempt_sent_twice_is_refused_as_a_duplicate_and_goes_on(
    desk: Desk, tmp_path: Path, clock: Clock
) -> None:
    number = issue(desk)
    declare(desk, tmp_path, number)
    run(desk, clock, 3)
    declare(desk, tmp_path, number, send=2)
    run(desk, clock, 10)
    duplicate = f"导入报文中企业内部编号与系统已有记录【{SEQ}】的对应字段重复，请修改后重新导入"
    assert sorted(told(tmp_path)) == sorted([ACCEPTED, ("technical", "-1", duplicate), SENT, LOADED, APPROVED])


def test_an_order_unknown_or_cancelled_or_of_another_unit_cannot_be_loaded(
    desk: Desk, tmp_path: Path, clock: Clock
) -> None:
    cancelled = issue(desk)
    desk.cancel(cancelled)
    another = issue(desk)
    declare(desk, tmp_path, "ZS0100202699999", 1)
    declare(desk, tmp_path, cancelled, 2)
    declare(desk, tmp_path, another, 3, fields={**CASH, "AssuredEtpsno": "4403960002"})
    run(desk, clock, 20)
    reasons = {reason for kind, result, reason in told(tmp_path) if result == "Z"}
    faults = ("征收单编号不存在", "征收单已撤销", "被担保单位编码不存在")
    assert reasons == {f"报文入库失败：{fault}" for fault in faults}


def test_a_cancelled_order_is_announced_to_the_guaranteed_unit(desk: Desk, tmp_path: Path) -> None:
    path = desk.cancel(issue(desk), "手册撤销")
    assert path.parent == box(tmp_path, "InBox", UNIT)
    assert (field(path.read_bytes(), "reason"), field(path.read_bytes(), "cancelDate")) == ("手册撤销", "20260630")


def test_a_payment_can_be_partial_completed_and_taken_back(desk: Desk) -> None:
    notice = desk.send_notice(issue(desk))
    partial, full, back = (
        path.read_bytes()
        for path in (
            desk.send_payment(notice, "500"),
            desk.send_payment(notice, "2000"),
            desk.send_payment(notice, result="0", remark="银行退票"),
        )
    )
    assert [field(message, "paidAmt") for message in (partial, full, back)] == ["500.00", "2000.00", "2000.00"]
    assert [field(message, "result") for message in (partial, full, back)] == ["1", "1", "0"]
    assert field(back, "rcptNo") == field(full, "rcptNo") != field(partial, "rcptNo")
    assert field(back, "rmk") == "银行退票"


def test_messages_can_be_dated_in_the_past(desk: Desk) -> None:
    past = datetime(2025, 3, 4, 9, 0, tzinfo=SHANGHAI)
    number = issue(desk, levy_date=date(2025, 3, 3), at=past)
    assert number == "ZS0100202500001"
    message = next(box(desk.exchange.root.parent, "InBox", UNIT).iterdir()).read_bytes()
    assert field(message, "send_time") == "2025-03-04T09:00:00"
    assert (field(message, "levyDate"), field(message, "payDeadline")) == ("20250303", "20250318")


def test_an_order_that_cannot_be_is_not_issued(desk: Desk, tmp_path: Path) -> None:
    wrong = [
        {"unit_code": "../../etc"},
        {"unit_name": ""},
        {"business_number": ""},
        {"agent_code": "1"},
        {"district": "01"},
        {"amount": "x"},
    ]
    for change in wrong:
        with pytest.raises(DeskError):
            issue(desk, **{"amount": "1", **change})
    assert not (tmp_path / "exchange").exists()
    assert issue(desk) == "ZS0100202600001"


def test_serials_count_the_orders_of_one_business_number(desk: Desk) -> None:
    orders = [desk.store.order(issue(desk, business_number=number)) for number in ("C1", "C1", "E1")]
    assert [order.serial for order in orders] == [1, 2, 1]
