"""Payment notices and payments of any guarantee (DOMAIN 3)."""

from dataclasses import dataclass
from decimal import Decimal

from documents.models import Document, Payment, PaymentNotice


@dataclass(frozen=True)
class Account:
    """What is due by the notice in force, what has arrived, and the last receipt."""

    notice: PaymentNotice | None
    paid: Decimal
    receipt_number: str

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
    arrived = list(Payment.of(document).filter(received=True))
    return Account(
        notice_in_force(document),
        sum((payment.amount for payment in arrived), Decimal(0)),
        arrived[0].receipt_number if arrived else "",
    )


def is_paid(document: Document) -> bool:
    """A payment below the notice's amount leaves it unpaid; nothing is paid before a notice says what is due."""
    account = account_of(document)
    return account.notice is not None and not account.missing
