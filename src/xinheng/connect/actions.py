"""Giving and taking back tokens."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from creditpolicy.problems import Refusal
from xinheng.audit import spans
from xinheng.audit.record import act, record
from xinheng.connect.models import SCOPES, Token
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.org.roles import ADMINISTRATORS

LONGEST = timedelta(days=366)


@act
def issue_token(
    *, name: str, person: Person, scopes: Collection[str], valid_until: date, by: Person, on: date
) -> tuple[Token, str]:
    """Make a token that acts as `person`; give it and its secret, which is shown this once.

    Refusal where a scope is unknown, the time is over or longer than a year, or the person is an administrator, or the
    one who asks: nobody makes himself a way round the second factor.
    """
    demand(by, "connect.manage")
    if not name.strip():
        raise Refusal(_("请写明是哪个系统使用这个令牌。"))
    if not scopes or not set(scopes) <= set(SCOPES):
        raise Refusal(_("请至少选择一项范围, 并只选列出的范围。"))
    if not on <= valid_until <= on + LONGEST:
        raise Refusal(_("有效期要从今天起, 且不超过一年。到期前可以换发新令牌。"))
    if person.pk == by.pk or person.is_one_of(*ADMINISTRATORS) or not person.is_active:
        raise Refusal(_("令牌不能以本人、管理员或停用人员的身份。请为这个系统建立一个专用人员, 只任命它需要的角色。"))
    secret = "xh_" + secrets.token_urlsafe(32)
    token = Token.objects.create(
        name=name.strip(), person=person, scopes=sorted(set(scopes)), digest=digest_of(secret), hint=secret[-4:],
        valid_until=valid_until, created_by=by,
    )  # fmt: skip
    record(
        "connect.issue_token", token, by=by,
        after={"person": str(person), "scopes": token.scopes, "valid_until": str(valid_until)},
    )  # fmt: skip
    return token, secret


@act
def revoke_token(token: Token, *, by: Person, why: str) -> Token:
    """Take a token back; it opens nothing from now on."""
    demand(by, "connect.manage")
    if token.revoked_at:
        raise Refusal(_("这个令牌已经停用。"))
    if not why.strip():
        raise Refusal(_("请写明停用的原因。"))
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    record("connect.revoke_token", token, by=by, why=why)
    return token


def note_read(token: Token, customers: Collection[int], *, by: Person) -> None:
    """Write down which customers a system read, so that the list after a leak names them; nothing where there were none."""
    if customers:
        read_customers(token, customers, by=by)


@act
def read_customers(token: Token, customers: Collection[int], *, by: Person) -> None:
    """Write down which customers a system read."""
    demand(by, "customers.see")
    record("connect.read_customers", token, by=by, look=True, after={"customers": spans.many(customers)})


def digest_of(secret: str) -> str:
    """Give what is stored of a secret; it is long and random, so that one SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
