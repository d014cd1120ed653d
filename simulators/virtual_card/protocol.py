"""The client's requests and answers: JSON texts, matched by `_id` and `_method`.

The envelope, the methods and error 50070 are those of the real client; its other error codes are not published, and
those for the PIN are made up.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from simulators.virtual_card.reader import Fault, Reader, ReaderError, Slot

PREFIX = "cus-sec_Spc"
READ: dict[str, Callable[[Slot], str]] = {
    "GetCardID": lambda slot: slot.card.card_number,
    "GetCertNo": lambda slot: slot.card.certificate_number,
    "GetUName": lambda slot: slot.card.holder.name,
    "GetEntID": lambda slot: slot.card.holder.unit_code,
    "GetEntName": lambda slot: slot.card.holder.unit_name,
    "GetSignCertAsPEM": lambda slot: slot.certificate_base64,
}


async def answer(reader: Reader, account: str | None, text: str) -> str:
    """Answers one request of a page; `account` is the one named on the page's socket URL."""
    try:
        request = json.loads(text)
        number, method, args = request["_id"], request["_method"], request.get("args") or {}
    except (ValueError, TypeError, KeyError, AttributeError):
        return _envelope(None, "", ReaderError("[客户端]请求格式错误", "Err:Base60001"), status="01")
    try:
        return _envelope(number, method, await _perform(reader, account, str(method), args))
    except ReaderError as error:
        return _envelope(number, method, error)
    except UnicodeEncodeError:
        return _envelope(number, method, ReaderError("[客户端]参数编码错误", "Err:Base60003"))


async def _perform(reader: Reader, account: str | None, method: str, args: dict[str, Any]) -> list[str]:
    name = method.removeprefix(PREFIX)
    if not method.startswith(PREFIX) or name not in {*READ, "VerifyPIN", "SignDataAsPEM", "SignRandom"}:
        raise ReaderError(f"[客户端]没有这个方法:{method}", "Err:Base60002")
    slot = reader.slot(account)
    if name in READ:
        return [READ[name](slot)]
    slot.check_pin(_argument(args, "passwd"))
    if name == "VerifyPIN":
        return []
    return await _sign(reader, slot, name, args)


async def _sign(reader: Reader, slot: Slot, name: str, args: dict[str, Any]) -> list[str]:
    data = _argument(args, "inData" if name == "SignDataAsPEM" else "random").encode()
    if slot.fault is Fault.SLOW:
        await asyncio.sleep(slot.seconds)
    signature = slot.sign(data, reader.algorithm)
    return [signature, slot.card.certificate_number] if name == "SignDataAsPEM" else [signature]


def _argument(args: dict[str, Any], name: str) -> str:
    value = args.get(name) if isinstance(args, dict) else None
    if not isinstance(value, str) or not value:
        raise ReaderError(f"[客户端]参数错误:{name}", "Err:Base60003")
    return value


def _envelope(number: Any, method: str, outcome: list[str] | ReaderError, status: str = "00") -> str:
    if isinstance(outcome, ReaderError):
        args = {"Result": False, "Data": [], "Error": [outcome.text, outcome.code]}
    else:
        args = {"Result": True, "Data": outcome, "Error": []}
    return json.dumps({"_id": number, "_method": method, "_status": status, "_args": args})


GREETING = _envelope(0, "open", [])
