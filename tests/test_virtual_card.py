"""The virtual card: the client's protocol, its PIN counter, its faults, and what it keeps on disk."""

import asyncio
import base64
import functools
import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from simulators.virtual_card.issue import Holder, create_authority, issue_card
from simulators.virtual_card.reader import PIN_TRIES, Reader
from simulators.virtual_card.server import create_app
from simulators.virtual_card.store import DEMONSTRATION_CARDS, Store, prepare

PIN = "88888888"
NO_CARD = ["[读卡器底层库]复位读卡器失败:错误码=50070", "Err:Custom50070"]
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return prepare(tmp_path_factory.mktemp("ekey"))


def in_event_loop(test: Callable[..., Coroutine[None, None, None]]) -> Callable[..., None]:
    @functools.wraps(test)
    def run(**fixtures: object) -> None:
        asyncio.run(test(**fixtures))

    return run


@asynccontextmanager
async def client_of(store: Store) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(create_app(Reader.of(store)), host="127.0.0.1")) as client:
        yield client


async def ask(client: TestClient, method: str, account: str | None = "clerk", **args: str) -> dict:
    query = {"user": account} if account else {}
    async with client.ws_connect("/", params=query) as socket:
        assert (await socket.receive_json())["_method"] == "open"
        await socket.send_json({"_method": f"cus-sec_Spc{method}", "_id": 7, "args": args})
        return (await socket.receive_json())["_args"]


async def set_fault(client: TestClient, fault: str, account: str = "clerk", **fields: str) -> None:
    async with client.post("/misbehave", data={"account": account, "fault": fault, **fields}) as response:
        assert response.status == 200


def verify(store: Store, signature: str, data: str, algorithm: hashes.HashAlgorithm, account: str = "clerk") -> None:
    key = store.cards[account].certificate.public_key()
    key.verify(base64.b64decode(signature), data.encode(), padding.PKCS1v15(), algorithm)


@in_event_loop
async def test_the_client_greets_and_matches_answers_by_id_and_method(store: Store) -> None:
    async with client_of(store) as client, client.ws_connect("/?user=agent") as socket:
        greeting = await socket.receive_json()
        assert (greeting["_id"], greeting["_method"], greeting["_status"]) == (0, "open", "00")
        for number in (5, 6):
            await socket.send_json({"_method": "cus-sec_SpcGetEntID", "_id": number, "args": {}})
        for number in (5, 6):
            assert await socket.receive_json() == {
                "_id": number,
                "_method": "cus-sec_SpcGetEntID",
                "_status": "00",
                "_args": {"Result": True, "Data": ["1101919107"], "Error": []},
            }


@pytest.mark.parametrize("account", DEMONSTRATION_CARDS)
@in_event_loop
async def test_each_account_finds_its_own_card(store: Store, account: str) -> None:
    number, holder = DEMONSTRATION_CARDS[account]
    card = store.cards[account]
    async with client_of(store) as client:
        answers = [
            (await ask(client, method, account))["Data"]
            for method in ("GetCardID", "GetUName", "GetEntID", "GetEntName", "GetCertNo", "GetSignCertAsPEM")
        ]
    assert answers == [
        [number],
        [holder.name],
        [holder.unit_code],
        [holder.unit_name],
        [card.certificate_number],
        [card.certificate_base64],
    ]


@pytest.mark.parametrize("data", ["<ds:SignedInfo>担保</ds:SignedInfo>", "担" * 38_000], ids=["short", "below 120 KiB"])
@in_event_loop
async def test_the_card_signs_the_bytes_of_the_request_with_rsa_and_sha_1(store: Store, data: str) -> None:
    async with client_of(store) as client, client.ws_connect("/?user=clerk") as socket:
        await socket.receive_json()
        request = {"_method": "cus-sec_SpcSignDataAsPEM", "_id": 1, "args": {"inData": data, "passwd": PIN}}
        await socket.send_str(json.dumps(request, ensure_ascii=False))
        signature, number = (await socket.receive_json())["_args"]["Data"]
    assert number == store.cards["clerk"].certificate_number
    verify(store, signature, data, hashes.SHA1())


@in_event_loop
async def test_a_challenge_is_signed_for_signing_in(store: Store) -> None:
    async with client_of(store) as client:
        assert (await ask(client, "VerifyPIN", passwd=PIN)) == {"Result": True, "Data": [], "Error": []}
        [signature] = (await ask(client, "SignRandom", random="a1b2", passwd=PIN))["Data"]
    verify(store, signature, "a1b2", hashes.SHA1())


@in_event_loop
async def test_a_client_set_to_sha_256_signs_with_it(store: Store) -> None:
    async with client_of(store) as client:
        await client.post("/algorithm", data={"algorithm": "sha256"})
        signature, _ = (await ask(client, "SignDataAsPEM", inData="x", passwd=PIN))["Data"]
    verify(store, signature, "x", hashes.SHA256())


@in_event_loop
async def test_wrong_pins_count_down_to_a_locked_card_which_the_page_unlocks(store: Store) -> None:
    async with client_of(store) as client:
        for left in range(PIN_TRIES - 1, 0, -1):
            answer = await ask(client, "SignDataAsPEM", inData="x", passwd="11111111")
            assert answer["Error"] == [f"[卡]密码错误，剩余重试次数={left}", "Err:Custom50004"]
        locked = {"Result": False, "Data": [], "Error": ["[卡]密码已锁定，剩余重试次数=0", "Err:Custom50005"]}
        assert await ask(client, "VerifyPIN", passwd="11111111") == locked
        assert await ask(client, "VerifyPIN", passwd=PIN) == locked
        assert (await ask(client, "VerifyPIN", "agent", passwd=PIN))["Result"]
        await client.post("/unlock", data={"account": "clerk"})
        assert (await ask(client, "VerifyPIN", passwd=PIN))["Result"]


@in_event_loop
async def test_the_right_pin_gives_all_tries_back(store: Store) -> None:
    async with client_of(store) as client:
        await ask(client, "VerifyPIN", passwd="1")
        await ask(client, "VerifyPIN", passwd=PIN)
        answer = await ask(client, "VerifyPIN", passwd="1")
    assert answer["Error"][0].endswith(f"={PIN_TRIES - 1}")


@in_event_loop
async def test_a_page_without_an_account_finds_the_card_that_is_plugged_in(store: Store) -> None:
    async with client_of(store) as client:
        await client.post("/plug", data={"account": "stranger"})
        assert (await ask(client, "GetEntID", account=None))["Data"] == ["4403960002"]
        assert (await ask(client, "GetEntID", account="nobody"))["Error"] == NO_CARD


@in_event_loop
async def test_faults_of_one_account_leave_the_others_alone(store: Store) -> None:
    async with client_of(store) as client:
        await set_fault(client, "no_card")
        assert (await ask(client, "GetCertNo"))["Error"] == NO_CARD
        assert (await ask(client, "GetCertNo", "agent"))["Result"]
        await set_fault(client, "wrong_pin")
        assert (await ask(client, "VerifyPIN", passwd=PIN))["Error"][1] == "Err:Custom50004"
        await set_fault(client, "other_card")
        assert (await ask(client, "GetCertNo"))["Data"] != [store.cards["clerk"].certificate_number]
        await set_fault(client, "none")
        assert (await ask(client, "VerifyPIN", passwd=PIN))["Result"]


def test_a_bad_signature_is_well_formed_and_does_not_verify(store: Store) -> None:
    async def scenario() -> str:
        async with client_of(store) as client:
            await set_fault(client, "bad_signature")
            return (await ask(client, "SignDataAsPEM", inData="x", passwd=PIN))["Data"][0]

    with pytest.raises(InvalidSignature):
        verify(store, asyncio.run(scenario()), "x", hashes.SHA1())


@pytest.mark.parametrize("fault", ["expired_certificate", "unknown_ca"])
def test_an_expired_or_foreign_certificate_has_the_key_and_the_number_of_the_card(store: Store, fault: str) -> None:
    async def scenario() -> tuple[str, str]:
        async with client_of(store) as client:
            await set_fault(client, fault)
            return (await ask(client, "GetSignCertAsPEM"))["Data"][0], (await ask(client, "GetCertNo"))["Data"][0]

    text, number = asyncio.run(scenario())
    certificate, card = x509.load_der_x509_certificate(base64.b64decode(text)), store.cards["clerk"]
    assert f"{certificate.serial_number:08x}" == number == card.certificate_number
    assert certificate.public_key() == card.certificate.public_key()
    ours = certificate.issuer == store.authority.certificate.subject
    expired = certificate.not_valid_after_utc < card.certificate.not_valid_before_utc
    assert (ours, expired) == ((True, True) if fault == "expired_certificate" else (False, False))


@in_event_loop
async def test_a_slow_card_signs_in_the_end(store: Store) -> None:
    async with client_of(store) as client:
        await set_fault(client, "slow", seconds="0.01")
        assert (await ask(client, "SignDataAsPEM", inData="x", passwd=PIN))["Result"]


@in_event_loop
async def test_a_page_that_leaves_while_its_card_signs_does_no_harm(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    async with client_of(store) as client:
        await set_fault(client, "slow", seconds="0.05")
        async with client.ws_connect("/?user=clerk") as socket:
            args = {"inData": "x", "passwd": PIN}
            await socket.send_json({"_method": "cus-sec_SpcSignDataAsPEM", "_id": 1, "args": args})
            await socket.receive_json()
            socket._response.connection.transport.abort()
        assert (await ask(client, "SignDataAsPEM", inData="x", passwd=PIN))["Result"]
    assert caplog.records == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "Err:Base60001"),
        ("[1]", "Err:Base60001"),
        ('{"_id":1,"_method":"cus-sec_SpcFormat"}', "Err:Base60002"),
        ('{"_id":1,"_method":"cus-sec_SpcSignDataAsPEM","args":{"passwd":"88888888"}}', "Err:Base60003"),
        ('{"_id":1,"_method":"cus-sec_SpcVerifyPIN","args":[]}', "Err:Base60003"),
        ('{"_id":1,"_method":"cus-sec_SpcVerifyPIN","args":{"passwd":"\\ud800"}}', "Err:Base60003"),
    ],
)
@in_event_loop
async def test_a_bad_request_is_answered_and_the_connection_goes_on(store: Store, text: str, code: str) -> None:
    async with client_of(store) as client, client.ws_connect("/?user=clerk") as socket:
        await socket.receive_json()
        await socket.send_str(text)
        assert (await socket.receive_json())["_args"]["Error"][1] == code
        await socket.send_json({"_method": "cus-sec_SpcGetCardID", "_id": 2, "args": {}})
        assert (await socket.receive_json())["_args"]["Result"]


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://127.0.0.1.evil.example", "http://localhost@evil.example", "null"]
)
@in_event_loop
async def test_pages_of_other_hosts_are_refused(store: Store, origin: str) -> None:
    async with client_of(store) as client:
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await client.ws_connect("/?user=clerk", headers={"Origin": origin})
        response = await client.post("/unlock", data={"account": "clerk"}, headers={"Origin": origin})
        assert response.status == 403


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8000", "http://localhost:8000"])
@in_event_loop
async def test_pages_of_this_machine_are_served(store: Store, origin: str) -> None:
    async with client_of(store) as client, client.ws_connect("/", headers={"Origin": origin}) as socket:
        assert (await socket.receive_json())["_method"] == "open"


def test_the_page_shows_every_card_and_its_fault(store: Store) -> None:
    async def scenario() -> str:
        async with client_of(store) as client:
            await set_fault(client, "expired_certificate", "agent")
            assert (await client.get("/page.css")).status == 200
            return await (await client.get("/")).text()

    page = asyncio.run(scenario())
    assert all(card.card_number in page for card in store.cards.values())
    assert '<option value="expired_certificate" selected>' in page


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/misbehave", {"account": "clerk", "fault": "explode"}),
        ("/misbehave", {"account": "clerk", "fault": "slow", "seconds": "long"}),
        ("/misbehave", {"account": "clerk", "fault": "slow", "seconds": "nan"}),
        ("/misbehave", {"account": "nobody", "fault": "none"}),
        ("/plug", {}),
        ("/algorithm", {"algorithm": "md5"}),
    ],
)
def test_an_unknown_setting_is_refused(store: Store, path: str, fields: dict[str, str]) -> None:
    async def scenario() -> int:
        async with client_of(store) as client:
            return (await client.post(path, data=fields)).status

    assert asyncio.run(scenario()) == 400


def test_certificates_chain_to_the_authority_and_are_for_signing_only(store: Store) -> None:
    authority = store.authority.certificate
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert authority.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    for card in store.cards.values():
        card.certificate.verify_directly_issued_by(authority)
        extensions = card.certificate.extensions
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
        assert not extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        assert usage.digital_signature
        assert usage.content_commitment
        assert not usage.key_cert_sign
        assert len(card.certificate_number) == 8


def test_an_issued_card_names_its_holder_and_unit() -> None:
    authority = create_authority("test CA", key_size=2048)
    card = issue_card(authority, "someone", "8800000000009999", Holder("王小明", "1111510001", "示范单位"))
    names = {attribute.oid._name: attribute.value for attribute in card.certificate.subject}
    assert names["commonName"] == "王小明"
    assert names["organizationName"] == "示范单位"
    assert names["organizationalUnitName"] == names["serialNumber"] == "1111510001"


def test_a_second_run_reuses_everything_and_remakes_only_what_is_missing(tmp_path: Path) -> None:
    first = prepare(tmp_path)
    files = {path: path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file()}
    assert prepare(tmp_path).cards["clerk"].certificate_der == first.cards["clerk"].certificate_der
    assert {path: path.read_bytes() for path in files} == files
    (tmp_path / "cards" / "clerk.json").unlink()
    (tmp_path / "trusted" / "demonstration-ca.pem").unlink()
    again = prepare(tmp_path)
    assert (tmp_path / "trusted" / "demonstration-ca.pem").read_bytes() == first.authority.pem
    assert again.cards["clerk"].certificate_der != first.cards["clerk"].certificate_der
    assert again.cards["agent"].certificate_der == first.cards["agent"].certificate_der


def test_cards_of_a_lost_authority_are_issued_anew(tmp_path: Path) -> None:
    prepare(tmp_path)
    (tmp_path / "authority.pem").unlink()
    again = prepare(tmp_path)
    for card in again.cards.values():
        card.certificate.verify_directly_issued_by(again.authority.certificate)


def test_a_write_that_fails_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        prepare(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_private_files_are_the_owners_alone(tmp_path: Path) -> None:
    prepare(tmp_path)
    private = [tmp_path / "authority.pem", *(tmp_path / "cards").iterdir()]
    assert len(private) == 1 + len(DEMONSTRATION_CARDS)
    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}


@contextmanager
def running(var: Path, *arguments: str, port: str = "0") -> Iterator[subprocess.Popen]:
    process = subprocess.Popen(
        [sys.executable, "-m", "simulators.virtual_card", *arguments],
        cwd=ROOT,
        env=os.environ | {"PORTAL_VAR": str(var), "EKEY_PORT": port},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_program_says_where_it_listens_and_stops_when_told(tmp_path: Path, number: signal.Signals) -> None:
    async def greet(address: str) -> None:
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{address}/?user=clerk") as socket:
            assert (await socket.receive_json())["_method"] == "open"

    with running(tmp_path) as process:
        line = process.stdout.readline().strip()
        assert line.startswith("virtual card ws://127.0.0.1:")
        asyncio.run(greet(line.removeprefix("virtual card ")))
        process.send_signal(number)
        assert process.wait(timeout=20) == 0
        assert process.stderr.read() == ""


def test_the_program_stops_while_a_page_waits_for_a_slow_card(tmp_path: Path) -> None:
    async def scenario(process: subprocess.Popen, address: str) -> None:
        async with aiohttp.ClientSession() as session:
            fields = {"account": "clerk", "fault": "slow", "seconds": "100"}
            await session.post(address.replace("ws:", "http:") + "/misbehave", data=fields)
            async with session.ws_connect(f"{address}/?user=clerk") as socket:
                await socket.receive_json()
                args = {"inData": "x", "passwd": PIN}
                await socket.send_json({"_method": "cus-sec_SpcSignDataAsPEM", "_id": 1, "args": args})
                process.terminate()
                assert (await socket.receive()).type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}
        assert process.wait(timeout=20) == 0

    with running(tmp_path) as process:
        asyncio.run(scenario(process, process.stdout.readline().split()[-1]))


def test_preparing_makes_the_cards_and_exits(tmp_path: Path) -> None:
    with running(tmp_path, "--prepare") as process:
        assert process.wait(timeout=60) == 0
    assert len(list((tmp_path / "ekey" / "cards").glob("*.json"))) == len(DEMONSTRATION_CARDS)


def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    with running(tmp_path) as first:
        port = first.stdout.readline().strip().rpartition(":")[2]
        with running(tmp_path, port=port) as second:
            _, complaint = second.communicate(timeout=60)
            assert second.returncode == 1
            assert complaint.count("\n") == 1
