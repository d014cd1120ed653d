"""The pages that every document kind shares. A view fetches through the door, makes one call, and answers."""

from documents.views.declarations import declare
from documents.views.lists import list_, look_up_unit
from documents.views.papers import payment_notice, print_, receipts
from documents.views.sheets import new, sheet

__all__ = ["declare", "list_", "look_up_unit", "new", "payment_notice", "print_", "receipts", "sheet"]
