"""What the acts of this room are called."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.audit.acts import declare

declare("audit.search", _("查询留痕"))
declare("audit.open", _("查看一条留痕"))
declare("audit.export", _("导出留痕"))
declare("audit.looks", _("查询谁看过档案"))
declare("audit.breach_list", _("查询泄露清单"))
declare("audit.export_breach_list", _("导出泄露清单"))
declare("audit.verify", _("核验留痕"))
