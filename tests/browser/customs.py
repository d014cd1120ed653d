"""Customs, played through the folders: it issues levy orders, collects declarations and answers them."""

from typing import Any

from playwright.sync_api import APIRequestContext

from simulators.customs_desk import Desk
from tests.browser.running import RunningPortal, wait_until

UNITS = {
    "1111510001": "北京天竺示范加工有限公司",
    "3122460003": "上海洋山演示塑料制品有限公司",
    "4403960002": "深圳盐田样本电子有限公司",
}
TO_APPROVAL = ("accept", "sent", "loaded", "approve")


class Customs:
    """The desk of the demonstration over a running portal's folders. It is not started there: each answer is told."""

    def __init__(self, portal: RunningPortal, administrator: APIRequestContext) -> None:
        self.desk = Desk(portal.var)
        self.administrator = administrator

    def issue(self, amount: str = "16409.02", unit: str = "1111510001", agent: str = "", **details: Any) -> str:
        """Send a levy order and return its number, once the portal has it."""
        business = details.pop("business_number", "C010026A0471")
        number = self.desk.issue_levy_order(
            unit_code=unit, unit_name=UNITS[unit], amount=amount, business_number=business, agent_code=agent, **details
        )
        wait_until(lambda: self._has_arrived(number), f"{number} arrives")
        return number

    def _has_arrived(self, number: str) -> bool:
        return f">{number}</a>" in self.administrator.get("/admin/deposits/levyorder/", params={"q": number}).text()

    def collect(self, number: str) -> str:
        """Take what was declared under `number` out of OutBox; return its internal number.

        It is the number of a levy order or of a general guarantee, or a pre-entry number.
        """
        found: list[str] = []

        def declared() -> bool:
            self.desk.collect()
            waiting = [attempt for attempt in self.desk.store.attempts() if attempt.state == "received"]
            found[:] = [each.inner_no for each in waiting if number in (each.business_number, each.pre_entry_number)]
            return bool(found)

        wait_until(declared, f"a declaration of {number} arrives in OutBox")
        return found[-1]

    def answer(self, inner: str, *answers: str, reason: str = "") -> None:
        for answer in answers:
            self.desk.answer(inner, answer, reason)

    def approve(self, number: str) -> str:
        """Approve what was declared under `number`; return the number of the levy order or general guarantee."""
        inner = self.collect(number)
        self.answer(inner, *TO_APPROVAL)
        return self.desk.store.attempt(inner).business_number
