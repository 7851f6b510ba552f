"""What the acts of reading are called in the record."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.audit.acts import declare

declare("ratings.look", _("查看评级的依据"))
declare("ratings.check", _("重算核对评级"))
declare("ratings.export", _("导出等级清单"))
