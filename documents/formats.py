"""How account numbers, telephone numbers and the numbers of letters are written (DOMAIN 4)."""

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

bank_account = RegexValidator(r"^[0-9-]{6,32}\Z", _("A bank account has 6 to 32 digits and dashes."), code="account")
phone = RegexValidator(
    r"^[0-9()+\- ]{5,30}\Z", _("A telephone number has 5 to 30 digits, dashes and brackets."), code="phone"
)
letter_number = RegexValidator(r"^[^\s]+\Z", _("A letter number has no spaces."), code="spaces")
