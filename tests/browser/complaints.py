"""What a browser says in its console: JavaScript errors, violations of the CSP, loads that failed."""

import re

from playwright.sync_api import ConsoleMessage

# The portal answers so by design; the browser reports each as an error.
EXPECTED = [
    r"Failed to load resource: the server responded with a status of (404|409|422) ",
    # The page was left, or the machine too busy, before the card's client had answered.
    r"WebSocket is closed before the connection is established",
]


class Complaints:
    def __init__(self) -> None:
        self.heard: list[str] = []
        self.expected = list(EXPECTED)

    def expect(self, pattern: str) -> None:
        """Say that this test provokes what `pattern` matches."""
        self.expected.append(pattern)

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.add(f"{message.text} ({message.location.get('url', '')})")

    def add(self, text: str) -> None:
        self.heard.append(text)

    def unexpected(self) -> list[str]:
        return [text for text in self.heard if not any(re.search(pattern, text) for pattern in self.expected)]
