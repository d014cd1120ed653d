"""Where sessions are kept: in the database, as Django does it."""

import re

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

KEY = re.compile(r"[0-9a-z]{32}")


class SessionStore(DatabaseStore):
    """Django's own, which asks the database only for keys that Django can have made.

    A cookie can spell any byte, also those that PostgreSQL refuses in a text.
    """

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key and KEY.fullmatch(key))
