"""What the acts on everyone's ratings are called in the record."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.audit.acts import declare

declare("ratings.start_batch", _("发起批量评级"))
declare("ratings.batch_rated", _("批量评级完成"))
declare("ratings.cancel_batch", _("取消批量评级"))
declare("ratings.go_on_with_batch", _("继续批量评级"))
declare("ratings.send_batch", _("批量评级提请批准"))
declare("ratings.refuse_batch", _("不批准批量评级生效"))
declare("ratings.apply_batch", _("批准批量评级生效"))
declare("ratings.batch_applied", _("批量评级全部生效"))
declare("ratings.send_to_procedure", _("批量评级转人工评估"))
declare("ratings.export_batch", _("导出批量评级"))
declare("ratings.replayed", _("重算核对评级"))
declare("ratings.differs", _("评级与重算不符"))
