"""What the acts of the vault below are called."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.audit.acts import declare

declare("vault.change_keys", _("更换密钥"))
declare("vault.drop_keys", _("删除旧密钥"))
