"""What every document kind shares."""

from documents.models.codes import CustomsDistrict, PaymentMode
from documents.models.document import Document, internal_number
from documents.models.filing import Attempt, Filing, OfFiling, PreEntryCounter, SigningRequest
from documents.models.history import AppendOnly, AppendOnlyError, Event, Receipt
from documents.models.payment import Payment, PaymentNotice

__all__ = [
    "AppendOnly",
    "AppendOnlyError",
    "Attempt",
    "CustomsDistrict",
    "Document",
    "Event",
    "Filing",
    "OfFiling",
    "Payment",
    "PaymentMode",
    "PaymentNotice",
    "PreEntryCounter",
    "Receipt",
    "SigningRequest",
    "internal_number",
]
