"""The main job at the HTTP edge: from customs' message to the paid deposit."""

import pytest

from documents.models import Attempt, Event, Payment, SigningRequest
from documents.status import DataStatus, GuaranteeStatus
from tests.world import BY_CASH, BY_LETTER, World

pytestmark = pytest.mark.django_db


def test_an_issued_order_is_in_the_list_of_its_unit(world: World) -> None:
    order = world.issue("16409.02")

    page = world.browser(world.clerk).get("/deposits/?unit=1111510001").content.decode()

    assert order.levy_number in page
    assert "16,409.02" in page
    assert "待确认" in page


def test_a_clerk_saves_an_unfinished_form_and_finds_it_again(world: World) -> None:
    order, browser = world.issue(), world.browser(world.clerk)
    url = f"/deposits/{order.levy_number}/"

    answer = browser.post(url, {"version": order.version, "move": "save", "contact_name": "王小明"})

    assert answer.status_code == 302
    page = browser.get(url).content.decode()
    assert "暂存成功" in page
    assert 'value="王小明"' in page
    assert world.fresh(order).data_status == DataStatus.DRAFT


def test_declaring_signs_what_was_frozen_and_queues_it(world: World) -> None:
    order, browser = world.issue(), world.browser(world.clerk)
    url = f"/deposits/{order.levy_number}/"

    answer = browser.post(url, {"version": order.version, "move": "declare", **BY_CASH})
    assert answer.headers["Location"] == f"{url}declare/"
    request = SigningRequest.objects.get()
    check = browser.get(f"{url}declare/").content.decode()
    assert "北京天竺示范加工有限公司" in check
    assert request.internal_no in check

    signature, certificate = world.sign(world.clerk, request)
    posted = {"request_id": request.pk, "signature": signature, "certificate": certificate}
    answer = browser.post(f"{url}declare/", posted)

    assert answer.headers["Location"] == url
    assert "申报成功" in browser.get(url).content.decode()
    assert world.fresh(order).data_status == DataStatus.PROCESSING
    assert Attempt.objects.get().signed_by_legacy_method


def test_customs_answers_move_the_status_up_to_approval(world: World) -> None:
    order, inner = world.declared()
    seen = []

    for answer in ("accept", "sent", "loaded", "approve"):
        world.answer(inner, answer)
        seen.append(world.fresh(order).data_status)

    assert seen == [DataStatus.ACCEPTED, DataStatus.SENT, DataStatus.RECEIVED, DataStatus.APPROVED]
    assert world.fresh(order).guarantee_status == GuaranteeStatus.UNPAID


def test_a_returned_order_shows_the_reason_and_is_declared_again(world: World) -> None:
    order, inner = world.declared()
    world.answer(inner, "accept", "sent", "loaded", "return", reason="银行账号有误")
    browser = world.browser(world.clerk)

    page = browser.get(f"/deposits/{order.levy_number}/").content.decode()
    assert "银行账号有误" in page

    order = world.fill(world.fresh(order), values={**BY_CASH, "payer_account": "3490000000000002"})
    assert order.data_status == DataStatus.RETURNED
    second = world.declare(order)
    world.send()
    world.answer(second, "approve")

    assert second.endswith("-0-2")
    assert world.fresh(order).data_status == DataStatus.APPROVED
    assert "3490000000000002" in browser.get(f"/deposits/{order.levy_number}/").content.decode()


def test_a_notice_and_a_payment_lead_to_paid_with_the_receipt_number(world: World) -> None:
    order = world.approved()
    browser = world.browser(world.clerk)
    notice = world.desk.send_notice(order.levy_number)
    world.exchange()

    pdf = browser.get(f"/deposits/{order.levy_number}/payment-notice/")
    assert pdf.headers["Content-Type"] == "application/pdf"

    world.desk.send_payment(notice)
    world.exchange()

    assert world.fresh(order).guarantee_status == GuaranteeStatus.PAID
    receipt = Payment.objects.get().receipt_number
    assert receipt
    assert receipt in browser.get("/deposits/?unit=1111510001").content.decode()


def test_a_letter_counts_as_paid_on_approval(world: World) -> None:
    assert world.approved(BY_LETTER).guarantee_status == GuaranteeStatus.PAID


def test_every_step_is_in_the_history(world: World) -> None:
    order = world.approved()

    assert list(Event.of(order).values_list("move", flat=True)) == [
        "issue",
        "save",
        "declare",
        "accept",
        "mark_sent",
        "load",
        "approve",
    ]
