"""Codes and numbers of the field: check, take apart, build (domain §3).

One module each: `citizen_id` 公民身份号码, `uscc` 统一社会信用代码, `areas` 行政区划代码, `item_codes` 事项编码,
`case_numbers` 收件/受理/国家办件编号 and 查询码, `licence_id` 电子证照标识, `phone`, `names`, `document_no` 文号.
A value that cannot be right raises `appliance.errors.Invalid`, saying which character is wrong and what it should be;
what is merely doubtful comes back as a `Notice`.
"""

from appliance.domain.identifiers.notice import Notice

__all__ = ["Notice"]
