"""Payment notices and payments of any guarantee (DOMAIN 3)."""

from dataclasses import dataclass
from decimal import Decimal

from documents.models import Document, Payment, PaymentNotice


@dataclass(frozen=True)
class Account:
    """What is due by the notice in force, what has arrived, the last receipt, and the last payment that was taken back."""

    notice: PaymentNotice | None
    paid: Decimal
    receipt_number: str
    taken_back: Payment | None

    @property
    def missing(self) -> Decimal:
        due = self.notice.amount if self.notice else Decimal(0)
        return max(due - self.paid, Decimal(0))

    @property
    def surplus(self) -> Decimal:
        due = self.notice.amount if self.notice else self.paid
        return max(self.paid - due, Decimal(0))


def notice_in_force(document: Document) -> PaymentNotice | None:
    """Return the newest notice; one issued later takes the place of those before."""
    return PaymentNotice.of(document).first()


def account_of(document: Document) -> Account:
    payments = list(Payment.of(document))
    arrived = [payment for payment in payments if payment.received]
    return Account(
        notice_in_force(document),
        sum((payment.amount for payment in arrived), Decimal(0)),
        arrived[0].receipt_number if arrived else "",
        next((payment for payment in payments if not payment.received), None),
    )


def is_paid(document: Document) -> bool:
    """A payment below the notice's amount leaves it unpaid; nothing is paid before a notice says what is due."""
    account = account_of(document)
    return account.notice is not None and not account.missing
