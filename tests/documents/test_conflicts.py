"""Two people on one document, and everything that can go wrong with a signature: said plainly, nothing lost."""

import base64
import datetime as dt
import logging
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from customs.models import OutboxMessage
from deposits.models import LevyOrder
from documents import signing
from documents.models import Attempt, Event, SigningRequest
from parties.ekeys import bind, bound_card, unbind
from parties.models import EKey, User
from simulators.virtual_card.issue import issue_expired_certificate, issue_unknown_certificate
from tests.documents.orders import FILLED, fresh, order_in, post, snapshot, url_of
from tests.world import BY_CASH, World, signed_by

pytestmark = pytest.mark.django_db


def row_of(page: str, label: str) -> tuple[str, str]:
    """Return what the comparison of both versions shows for a field: the colleague's value, and one's own."""
    found = re.search(rf'<th scope="row">{label}</th><td>(.*?)</td><td class="now">(.*?)</td>', page, re.DOTALL)
    assert found, f"{label} is not compared"
    return unescape(found[1]), unescape(found[2])


# Two clerks


def test_the_second_clerk_sees_both_versions_and_keeps_what_was_typed(world: World) -> None:
    order = order_in("draft")
    seen = order.version
    post(world.browser(world.colleague), order, **{**BY_CASH, "contact_name": "同事", "payment_mode": "2"})
    before = snapshot(order)

    answer = post(
        world.browser(world.clerk), order, version=seen, **{**BY_CASH, "contact_name": "我的", "remark": "我的备注"}
    )
    page = answer.content.decode()

    assert answer.status_code == 409
    assert snapshot(order) == before
    assert row_of(page, "企业联系人姓名") == ("同事", "我的")
    assert row_of(page, "备注") == ("-", "我的备注")
    assert row_of(page, "支付方式") == ("2　电子支付", "1　柜台支付")
    assert "示范colleague" in page or "colleague" in page
    assert 'name="contact_name"' in page
    assert 'value="我的"' in page
    assert 'value="我的备注"' in page


def test_fields_in_which_both_agree_are_not_compared(world: World) -> None:
    order = order_in("draft")
    seen = order.version
    post(world.browser(world.colleague), order, **{**BY_CASH, "contact_name": "同事"})

    page = post(world.browser(world.clerk), order, version=seen, **{**BY_CASH, "contact_name": "我的"}).content.decode()

    assert len(re.findall(r'<td class="now">', page)) == 1


def test_the_second_clerk_may_save_over_it_knowingly(world: World) -> None:
    order, browser = order_in("draft"), world.browser(world.clerk)
    seen = order.version
    post(world.browser(world.colleague), order, **{**BY_CASH, "contact_name": "同事"})
    mine = {**BY_CASH, "contact_name": "我的"}
    page = post(browser, order, version=seen, **mine).content.decode()
    shown = re.search(r'name="version" value="(\d+)"', page)
    assert shown

    answer = post(browser, order, version=shown[1], **mine)

    assert answer.status_code == 302
    assert fresh(order).contact_name == "我的"
    assert list(Event.of(order).values_list("by", flat=True))[-2:] == ["示范colleague", "示范clerk"]


def test_a_third_save_in_between_is_again_a_conflict(world: World) -> None:
    order, browser = order_in("draft"), world.browser(world.clerk)
    seen = order.version
    for name in ("同事甲", "同事乙"):
        post(world.browser(world.colleague), order, **{**BY_CASH, "contact_name": name})
    assert post(browser, order, version=seen + 1, **{**BY_CASH, "contact_name": "我的"}).status_code == 409
    assert fresh(order).contact_name == "同事乙"


def test_what_was_typed_is_shown_when_a_colleague_declared_meanwhile(world: World) -> None:
    order = order_in("draft")
    seen = order.version
    world.declare(fresh(order), world.colleague)
    before = snapshot(order)

    answer = post(world.browser(world.clerk), order, version=seen, **{**BY_CASH, "remark": "未保存的备注"})
    page = answer.content.decode()

    assert answer.status_code == 409
    assert snapshot(order) == before
    assert "数据正在处理" in page
    assert row_of(page, "备注") == ("-", "未保存的备注")


def test_saving_what_is_stored_already_writes_no_history(world: World) -> None:
    order = order_in("draft", **FILLED)
    before = snapshot(order)
    assert post(world.browser(world.clerk), order, **BY_CASH).status_code == 302
    assert snapshot(order) == before


# Declaring


@pytest.fixture
def order(world: World) -> LevyOrder:
    return order_in("draft")


@pytest.fixture
def request_(world: World, order: LevyOrder) -> SigningRequest:
    """What was frozen for the clerk, on the check page."""
    browser = world.browser(world.clerk)
    post(browser, order, **BY_CASH, move="declare")
    return SigningRequest.objects.get()


def send(browser: Client, order: LevyOrder, request: SigningRequest, signed: tuple[str, str]) -> HttpResponse:
    data = {"request_id": request.pk, "signature": signed[0], "certificate": signed[1]}
    answer: Any = browser.post(url_of(order, "declare/"), data)
    return answer


def problem_of(answer: HttpResponse) -> str:
    found = re.search(
        r'<p class="note error" role="alert">.*?<span>(.*?)</span></p>', answer.content.decode(), re.DOTALL
    )
    return unescape(found[1]) if found else ""


def declared_once(order: LevyOrder) -> bool:
    attempts = Attempt.of(order).count()
    assert OutboxMessage.objects.count() == attempts
    return fresh(order).data_status == "processing" and attempts == 1


def test_sending_the_signature_twice_declares_once(world: World, order: LevyOrder, request_: SigningRequest) -> None:
    browser, signed = world.browser(world.clerk), world.sign(world.clerk, request_)

    answers = [send(browser, order, request_, signed) for _n in range(3)]

    assert [answer.headers.get("Location") for answer in answers] == [url_of(order)] * 3
    assert declared_once(order)
    assert Event.of(order).filter(move="declare").count() == 1


def test_a_signature_that_was_used_declares_no_second_attempt(
    world: World, order: LevyOrder, request_: SigningRequest
) -> None:
    browser, signed = world.browser(world.clerk), world.sign(world.clerk, request_)
    send(browser, order, request_, signed)
    LevyOrder.objects.filter(pk=order.pk).update(data_status="returned")
    before = snapshot(order)

    assert send(browser, order, request_, signed).status_code == 302
    assert snapshot(order) == before


Answer = Callable[[World, SigningRequest], tuple[str, str]]


def _signature(world: World, request: SigningRequest, account: str = "clerk") -> str:
    return signed_by(world.cards[account], bytes(request.signed_info))


def _der(certificate: Any) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    return base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()


def another_key(world: World, request: SigningRequest) -> tuple[str, str]:
    return _signature(world, request, "colleague"), world.cards["clerk"].certificate_base64


def another_users_card(world: World, request: SigningRequest) -> tuple[str, str]:
    return _signature(world, request, "colleague"), world.cards["colleague"].certificate_base64


def another_card_of_nobody(world: World, request: SigningRequest) -> tuple[str, str]:
    from simulators.virtual_card.issue import issue_card

    card = issue_card(world.authority, "spare", "8800000000000099", world.cards["clerk"].holder)
    return signed_by(card, bytes(request.signed_info)), card.certificate_base64


def expired(world: World, request: SigningRequest) -> tuple[str, str]:
    return _signature(world, request), _der(issue_expired_certificate(world.authority, world.cards["clerk"]))


def unknown_authority(world: World, request: SigningRequest) -> tuple[str, str]:
    return _signature(world, request), _der(issue_unknown_certificate(world.cards["clerk"]))


def no_base64(world: World, request: SigningRequest) -> tuple[str, str]:
    return "签名\x00!", world.cards["clerk"].certificate_base64


def base64_of_garbage(world: World, request: SigningRequest) -> tuple[str, str]:
    return base64.b64encode(b"garbage").decode(), world.cards["clerk"].certificate_base64


def megabytes(world: World, request: SigningRequest) -> tuple[str, str]:
    return "QUJD" * 750_000, world.cards["clerk"].certificate_base64


def empty_signature(world: World, request: SigningRequest) -> tuple[str, str]:
    return "", world.cards["clerk"].certificate_base64


def over_something_else(world: World, request: SigningRequest) -> tuple[str, str]:
    other = bytes(request.signed_info).replace(b"rsa-sha1", b"rsa-sha2")
    return signed_by(world.cards["clerk"], other), world.cards["clerk"].certificate_base64


def garbage_certificate(world: World, request: SigningRequest) -> tuple[str, str]:
    return _signature(world, request), base64.b64encode(b"garbage").decode()


def no_certificate(world: World, request: SigningRequest) -> tuple[str, str]:
    return _signature(world, request), ""


WRONG: list[tuple[Answer, str]] = [
    (another_key, "签名"),
    (another_users_card, "其他用户"),
    (another_card_of_nobody, "不是"),
    (expired, "证书已过期"),
    (unknown_authority, "信任的机构"),
    (no_base64, "不是签名"),
    (base64_of_garbage, "签名"),
    (megabytes, "签名"),
    (empty_signature, "签名"),
    (over_something_else, "签名"),
    (garbage_certificate, "证书"),
    (no_certificate, "证书"),
]


@pytest.mark.parametrize(("answer_of", "said"), WRONG, ids=[answer.__name__ for answer, _said in WRONG])
def test_a_wrong_signature_is_refused_in_its_own_words_and_can_be_retried(
    world: World, order: LevyOrder, request_: SigningRequest, answer_of: Answer, said: str
) -> None:
    browser, before = world.browser(world.clerk), snapshot(order)

    answer = send(browser, order, request_, answer_of(world, request_))

    assert answer.status_code == 422
    assert said in problem_of(answer)
    assert not re.search("[a-z]{4,} [a-z]+ [a-z]+", problem_of(answer)), "the message is in the reader's language"
    assert snapshot(order) == before
    assert not OutboxMessage.objects.exists()
    assert f'name="request_id" value="{request_.pk}"' in answer.content.decode(), "the same request can be signed again"
    assert send(browser, order, request_, world.sign(world.clerk, request_)).status_code == 302
    assert declared_once(order)


def test_the_messages_of_the_card_differ(world: World, order: LevyOrder, request_: SigningRequest) -> None:
    browser = world.browser(world.clerk)
    own = (
        another_key,
        another_users_card,
        another_card_of_nobody,
        expired,
        unknown_authority,
        no_base64,
        no_certificate,
    )
    said = [problem_of(send(browser, order, request_, answer_of(world, request_))) for answer_of in own]
    assert len(set(said)) == len(own)
    assert all(said)


def test_a_refused_signature_is_noted_in_the_security_log(
    world: World, order: LevyOrder, request_: SigningRequest, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "security"):
        send(world.browser(world.clerk), order, request_, another_users_card(world, request_))
    noted = [record.getMessage() for record in caplog.records if record.name == "security"]
    assert len(noted) == 1
    assert "clerk" in noted[0]
    assert order.levy_number in noted[0]


def test_a_card_that_was_unbound_meanwhile_says_so_and_works_when_it_is_bound_again(
    world: World, order: LevyOrder, request_: SigningRequest
) -> None:
    browser, signed = world.browser(world.clerk), world.sign(world.clerk, request_)
    card = bound_card(world.clerk)
    assert card is not None
    unbind(card, world.clerk)
    before = snapshot(order)

    answer = send(browser, order, request_, signed)

    assert answer.status_code == 422
    assert "绑定电子钥匙" in problem_of(answer)
    assert snapshot(order) == before
    bind(world.clerk, world.cards["clerk"].certificate_der, card.card_number, world.clerk)
    assert send(browser, order, request_, signed).status_code == 302
    assert declared_once(order)


def test_without_a_bound_card_the_check_page_says_so_and_freezes_nothing(world: World, order: LevyOrder) -> None:
    EKey.objects.all().delete()
    browser, before = world.browser(world.clerk), snapshot(order)

    page = browser.get(url_of(order, "declare/")).content.decode()
    answer = browser.post(url_of(order, "declare/"))

    assert "绑定电子钥匙" in page
    assert answer.status_code == 409
    assert snapshot(order) == before
    assert not SigningRequest.objects.exists()


def still_works(world: World, order: LevyOrder, browser: Client, user: User) -> None:
    """Freeze again from the check page, sign, and be declared."""
    assert browser.post(url_of(order, "declare/")).headers.get("Location") == url_of(order, "declare/")
    request = signing.open_request(fresh(order), user)
    assert request is not None
    assert send(browser, order, request, world.sign(user, request)).headers.get("Location") == url_of(order)
    assert declared_once(order)


def offers_to_freeze_again(answer: HttpResponse) -> bool:
    return bool(
        re.search(
            r'<form method="post"><input type="hidden" name="csrfmiddlewaretoken"[^>]*><button', answer.content.decode()
        )
    )


@pytest.mark.parametrize(("seconds", "accepted"), [(599, True), (601, False)])
def test_a_signing_request_lasts_ten_minutes(world: World, order: LevyOrder, seconds: int, accepted: bool) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        request = signing.freeze(order, _kind(), world.clerk)
        signed = world.sign(world.clerk, request)
        browser, before = world.browser(world.clerk), snapshot(order)
        clock.shift(dt.timedelta(seconds=seconds))
        answer = send(browser, order, request, signed)
        if accepted:
            assert declared_once(order)
            return
        assert snapshot(order) == before
        assert re.search("十分钟|ten minutes", problem_of(answer))
        assert offers_to_freeze_again(answer)
        still_works(world, order, browser, world.clerk)


def _kind() -> Any:
    from deposits.kind import LEVY_ORDER

    return LEVY_ORDER


def test_another_users_request_cannot_be_used(world: World, order: LevyOrder, request_: SigningRequest) -> None:
    browser, before = world.browser(world.colleague), snapshot(order)

    answer = send(browser, order, request_, world.sign(world.colleague, request_))

    assert answer.status_code == 422
    assert "没有待签名的内容" in problem_of(answer)
    assert snapshot(order) == before
    assert fresh_request(request_).used_at is None
    assert offers_to_freeze_again(answer)
    still_works(world, order, browser, world.colleague)


def fresh_request(request: SigningRequest) -> SigningRequest:
    return SigningRequest.objects.get(pk=request.pk)


def test_the_request_of_another_document_cannot_be_used(
    world: World, order: LevyOrder, request_: SigningRequest
) -> None:
    other, browser = order_in("draft"), world.browser(world.clerk)
    before = snapshot(other)

    answer = send(browser, other, request_, world.sign(world.clerk, request_))

    assert answer.status_code == 422
    assert snapshot(other) == before
    assert fresh(order).data_status == "draft"


def test_a_document_that_changed_meanwhile_must_be_checked_again(
    world: World, order: LevyOrder, request_: SigningRequest
) -> None:
    browser, signed = world.browser(world.clerk), world.sign(world.clerk, request_)
    post(world.browser(world.colleague), order, **{**BY_CASH, "payer_account": "3490000000000009"})
    before = snapshot(order)

    answer = send(browser, order, request_, signed)

    assert answer.status_code == 409
    assert "核对之后本单已有变动" in problem_of(answer)
    assert "3490000000000009" in answer.content.decode()
    assert snapshot(order) == before
    assert offers_to_freeze_again(answer)
    still_works(world, order, browser, world.clerk)


def test_a_document_that_a_colleague_declared_meanwhile_is_not_declared_again(
    world: World, order: LevyOrder, request_: SigningRequest
) -> None:
    signed = world.sign(world.clerk, request_)
    world.declare(fresh(order), world.colleague)
    before = snapshot(order)

    answer = send(world.browser(world.clerk), order, request_, signed)

    assert answer.status_code in (409, 422)
    assert problem_of(answer)
    assert snapshot(order) == before
    assert declared_once(order)


def test_losing_the_right_to_declare_meanwhile_refuses_the_signature(
    world: World, order: LevyOrder, request_: SigningRequest
) -> None:
    User.objects.filter(pk=world.clerk.pk).update(may_declare=False)
    before = snapshot(order)

    answer = send(world.browser(world.clerk), order, request_, world.sign(world.clerk, request_))

    assert answer.status_code == 422
    assert "“申报”" in problem_of(answer)
    assert snapshot(order) == before


@pytest.mark.parametrize("key", ["", "0", "-1", "99999999999999999999", "１２", "x", "1 OR 1=1", "\x00"])
def test_a_request_number_that_is_none_is_refused(
    world: World, order: LevyOrder, request_: SigningRequest, key: str
) -> None:
    before, signed = snapshot(order), world.sign(world.clerk, request_)
    data = {"request_id": key, "signature": signed[0], "certificate": signed[1]}

    answer: Any = world.browser(world.clerk).post(url_of(order, "declare/"), data)

    assert answer.status_code == 422
    assert "没有待签名的内容" in problem_of(answer)
    assert snapshot(order) == before


def test_a_certificate_without_a_signature_freezes_anew_and_declares_nothing(
    world: World, order: LevyOrder, request_: SigningRequest
) -> None:
    before = snapshot(order)
    world.browser(world.clerk).post(url_of(order, "declare/"), {"request_id": request_.pk, "certificate": "x"})
    assert snapshot(order) == before
