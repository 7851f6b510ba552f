"""What the acts of this room are called."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.audit.acts import declare

declare("upkeep.load_demo", _("装入样板公司"))
declare("upkeep.back_up", _("备份"))
