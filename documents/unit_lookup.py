"""Typing an enterprise code fills the unit's credit code and name (S2, *进入和使用保税担保系统*)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from parties.codes import validate_enterprise_code
from parties.models import Unit


def facts_of_unit(code: str) -> dict[str, object]:
    """Return `found` with the unit's name and credit code, or the message that says why nothing was found."""
    code = code.strip().upper()
    try:
        validate_enterprise_code(code)
    except ValidationError as problem:
        return {"found": False, "message": " ".join(problem.messages)}
    unit = Unit.objects.filter(code=code).first()
    if unit is None:
        return {"found": False, "message": _("No unit with this code is known; please type its name.")}
    return {"found": True, "code": unit.code, "name": unit.name, "credit_code": unit.credit_code}
