"""What the acts of this room are called."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.audit.acts import declare

declare("intake.upload", _("上传导入文件"))
declare("intake.confirm", _("确认导入"))
declare("intake.cancel", _("取消导入"))
declare("intake.go_on", _("继续导入"))
declare("intake.finish", _("导入完成"))
declare("intake.hand_back", _("下载失败的行"))
