"""The two independent states of every document (DOMAIN 2 and 3)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DataStatus(TextChoices):
    """数据状态 follows the messages. The order is that of every list's status filter (DOMAIN 2)."""

    TO_CONFIRM = "to_confirm", _("To be confirmed")
    DRAFT = "draft", _("Draft")
    PROCESSING = "processing", _("Being processed")
    ACCEPTED = "accepted", _("Declaration accepted")
    FAILED = "failed", _("Declaration failed")
    SENT = "sent", _("Sent to customs")
    RECEIVED = "received", _("Received by customs")
    APPROVED = "approved", _("Approved by customs")
    RETURNED = "returned", _("Returned by customs")


class GuaranteeStatus(TextChoices):
    """担保状态 follows the money; blank until customs approves (DOMAIN 3)."""

    NONE = "", "-"
    UNPAID = "unpaid", _("Unpaid")
    PAID = "paid", _("Paid")
    PARTLY_REFUNDED = "partly_refunded", _("Partly refunded")
    REFUNDED = "refunded", _("Refunded")
    TRANSFERRED = "transferred", _("Transferred")
    EXPIRED = "expired", _("Expired")
    CANCELLED = "cancelled", _("Cancelled")


EDITABLE = (DataStatus.TO_CONFIRM, DataStatus.DRAFT, DataStatus.FAILED, DataStatus.RETURNED)
IN_TRANSIT = (DataStatus.PROCESSING, DataStatus.ACCEPTED, DataStatus.SENT, DataStatus.RECEIVED)
