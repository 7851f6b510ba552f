"""The numbers of identity papers, phones and accounts: how they are written, and whether one can be right."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

from django.utils.translation import gettext as _
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidLength, ValidationError

from creditpolicy.problems import Refusal
from xinheng.customers.models import IdentityKind, Kind

FOR_PEOPLE = (
    IdentityKind.RESIDENT_ID,
    IdentityKind.PASSPORT,
    IdentityKind.HK_MACAO_PERMIT,
    IdentityKind.TAIWAN_PERMIT,
)
FOR_ORGANISATIONS = (IdentityKind.USCC, IdentityKind.ORGANISATION_CODE)
MASKS: Mapping[str, str] = {IdentityKind.USCC: "uscc", IdentityKind.ORGANISATION_CODE: "uscc"}
"""How a number is masked where it is not masked as a resident's (`vault.masking`)."""
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def kinds_for(kind: str) -> tuple[IdentityKind, ...]:
    """Give the papers that a customer of this kind may have, the usual one first."""
    return FOR_PEOPLE if kind == Kind.PERSON else FOR_ORGANISATIONS


def mask_of(kind: str) -> str:
    """Give the way in which numbers of a kind of paper are masked."""
    return MASKS.get(kind, "resident_id")


def written(text: str) -> str:
    """Write a number in one way: half-width, capitals, no blanks and hyphens."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(letter for letter in plain if not letter.isspace() and letter not in "-‐‑–—")


def checked_number(kind: str, text: str) -> str:
    """Give the number of a paper as it is written; Refusal where it cannot be one, saying what is wrong."""
    number = written(text)
    if not number:
        raise Refusal(_("请填写证件号码。"))
    try:
        _CHECKS[kind](number)
    except ValidationError as wrong:
        raise Refusal(
            _("{kind}填写有误: {reason}请对照证件重新填写。").format(
                kind=IdentityKind(kind).label, reason=_reason(kind, number, wrong)
            )
        ) from wrong
    return number


def _reason(kind: str, number: str, wrong: ValidationError) -> str:
    if isinstance(wrong, InvalidLength):
        lengths = {
            IdentityKind.USCC: _("18"),
            IdentityKind.RESIDENT_ID: _("18"),
            IdentityKind.ORGANISATION_CODE: _("9"),
        }
        return _("应为 {right} 位, 填了 {given} 位。").format(
            right=lengths.get(IdentityKind(kind), ""), given=len(number)
        )
    if isinstance(wrong, InvalidChecksum):
        return _("校验码不对, 多半有一位抄错。")
    if isinstance(wrong, InvalidComponent):
        return _("其中的出生日期或地区代码不存在。")
    return _("含有不该有的字符, 或格式不对。")


def _organisation_code(number: str) -> None:
    if len(number) != 9:
        raise InvalidLength
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", number):
        raise ValidationError
    total = sum(_LETTERS.index(letter) * weight for letter, weight in zip(number, _ORGANISATION_WEIGHTS, strict=False))
    check = 11 - total % 11
    if {10: "X", 11: "0"}.get(check, str(check)) != number[8]:
        raise InvalidChecksum


def _shaped(shape: str) -> Callable[[str], None]:
    pattern = re.compile(shape, re.ASCII)

    def check(number: str) -> None:
        if not pattern.fullmatch(number):
            raise ValidationError

    return check


_CHECKS: Mapping[str, Callable[[str], object]] = {
    IdentityKind.USCC: uscc.validate,
    IdentityKind.RESIDENT_ID: ric.validate,
    IdentityKind.ORGANISATION_CODE: _organisation_code,
    IdentityKind.PASSPORT: _shaped(r"[A-Z0-9]{5,17}"),
    IdentityKind.HK_MACAO_PERMIT: _shaped(r"[HM]\d{8}(\d{2})?"),
    IdentityKind.TAIWAN_PERMIT: _shaped(r"\d{8}|\d{10}[A-Z]?"),
}


def birthday_of(resident_id: str) -> date:
    """Give the birthday that a resident ID holds."""
    return date(int(resident_id[6:10]), int(resident_id[10:12]), int(resident_id[12:14]))


def checked_phone(text: str) -> str | None:
    """Give a phone as it is written, None for nothing; Refusal where it cannot be one."""
    number = "".join(letter for letter in written(text) if letter not in "()")
    number = number.removeprefix("+86").removeprefix("0086")
    if not number:
        return None
    if re.fullmatch(r"1[3-9]\d{9}|0\d{9,11}|[48]00\d{7}|[2-9]\d{6,7}|\+\d{7,15}", number, re.ASCII):
        return number
    raise Refusal(
        _("电话“{text}”不像电话号码: 手机写 11 位, 座机带区号, 境外号码以 + 和国家代码开头。").format(text=text.strip())
    )


def checked_account(text: str) -> str:
    """Give the number of a bank account as it is written; Refusal where it cannot be one."""
    number = written(text)
    if re.fullmatch(r"\d{8,32}", number, re.ASCII):
        return number
    raise Refusal(
        _("银行账号只能是 8 至 32 位数字, 填的是 {count} 位: 请对照开户许可证或银行卡核对。").format(count=len(number))
    )
