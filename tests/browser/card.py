"""The virtual card, told over HTTP how to behave."""

import urllib.parse
import urllib.request


class Card:
    def __init__(self, url: str, account: str) -> None:
        self.url = url
        self.account = account

    def misbehave(self, fault: str, seconds: float = 0) -> None:
        """`fault` is one of the virtual card's; `seconds` is how long a slow card takes to sign."""
        self._post("misbehave", fault=fault, seconds=str(seconds))

    def behave(self) -> None:
        self.misbehave("none")
        self._post("unlock")

    def _post(self, action: str, **fields: str) -> None:
        data = urllib.parse.urlencode({"account": self.account, **fields}).encode()
        with urllib.request.urlopen(self.url + action, data, timeout=10) as answer:
            assert answer.status == 200
