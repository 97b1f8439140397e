"""Licence numbers 证照编号 from the item's rule: template, sequence, check character (domain §3.8)."""

from collections.abc import Mapping

from stdnum.iso7064 import mod_11_10, mod_37_36

from appliance.domain.identifiers import uscc
from appliance.domain.service_item import NumberRule


def licence_number(
    rule: NumberRule, *, area: str, year: int, sequence: int, form: Mapping[str, str | list[str]]
) -> str:
    """Build a licence number.

    Args:
        rule: the licence type's rule.
        area: six-digit area code.
        year: year of the decision.
        sequence: the next number of the type and year.
        form: answers of the application, for the kind digit.

    Returns:
        The number, check character included: JY14201990000013 for the first restaurant of the year.
    """
    answer = form.get(rule.kind_field, "")
    kind = rule.kinds.get(answer if isinstance(answer, str) else "", "")
    body = rule.template.format(area=area, year=year, kind=kind, sequence=sequence)
    match rule.check:
        case "mod_11_10":
            return body + str(mod_11_10.calc_check_digit("".join(filter(str.isdigit, body))))
        case "mod_37_36":
            return body + str(mod_37_36.calc_check_digit("".join(filter(str.isalnum, body))))
        case "uscc":
            return body + uscc.check_character(body)
        case "none":
            return body
