"""Stand-in for customs, the data centre and the Single Window client: for demonstration and tests only.

It knows the portal only through the files in `$PORTAL_VAR/exchange/<unit code>/Grt`.
"""

from .desk import Desk
from .records import DeskError, Payee

__all__ = ["Desk", "DeskError", "Payee"]
