"""What the room's acts are called in the record."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.audit.acts import declare

declare("connect.issue_token", _("发放接口令牌"))
declare("connect.revoke_token", _("停用接口令牌"))
declare("connect.read_customers", _("经接口读取客户"))
