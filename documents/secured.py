"""How a guarantee is secured, by cash deposit or by letter, and who pays whom: the same on every guarantee (DOMAIN 3, 5.1, 5.2)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from documents.codes import GuaranteeMode
from documents.formats import bank_account, letter_number
from documents.models import Document
from parties.codes import (
    credit_code_problem,
    enterprise_code_warning,
    validate_credit_code,
    validate_enterprise_code,
)

# What every message about a guarantee states alike, by our names.
GUARANTEED = ("guaranteed_code", "guaranteed_credit_code", "guaranteed_name")
PAYER = ("payer_code", "payer_credit_code", "payer_name", "payer_bank", "payer_account")
FILED = (
    "input_code",
    "input_credit_code",
    "input_name",
    "declarant_code",
    "declarant_credit_code",
    "declarant_name",
    "declared_on",
    "remark",
)


class Secured(Document):
    """A document that secures an amount: the payer's side is entered, the payee is customs'."""

    guarantee_mode = models.CharField(_("Guarantee mode"), max_length=1, choices=GuaranteeMode, blank=True)
    payment_mode = models.CharField(_("Payment mode"), max_length=2, blank=True)
    letter_number = models.CharField(_("Letter number"), max_length=30, blank=True, validators=[letter_number])
    letter_valid_until = models.DateField(_("Letter valid until"), null=True, blank=True)
    payer_code = models.CharField(_("Payer code"), max_length=10, blank=True, validators=[validate_enterprise_code])
    payer_credit_code = models.CharField(
        _("Payer credit code"), max_length=18, blank=True, validators=[validate_credit_code]
    )
    payer_name = models.CharField(_("Payer name"), max_length=70, blank=True)
    payer_bank = models.CharField(_("Payer bank"), max_length=50, blank=True)
    payer_account = models.CharField(_("Payer account"), max_length=32, blank=True, validators=[bank_account])
    payee_name = models.CharField(_("Payee name"), max_length=70, blank=True)
    payee_bank = models.CharField(_("Payee bank"), max_length=50, blank=True)
    payee_account = models.CharField(_("Payee account"), max_length=32, blank=True)

    class Meta(Document.Meta):
        abstract = True


def odd_payer(values: Mapping[str, Any]) -> dict[str, str]:
    """Return what is odd about the payer's codes, beside their fields; in strict mode the field itself refuses."""
    payer, credit_code = values.get("payer_code") or "", values.get("payer_credit_code") or ""
    odd = {
        "payer_code": enterprise_code_warning(payer) if payer else "",
        "payer_credit_code": credit_code_problem(credit_code),
    }
    return {name: text for name, text in odd.items() if text}


def letter_problem(valid_until: date | None) -> str:
    """Return what is wrong with the last day of a letter, '' where nothing is or there is none."""
    ended = valid_until is not None and valid_until <= timezone.localdate()
    return gettext("The letter must be valid beyond today.") if ended else ""
