"""The addresses of the workflow."""

from __future__ import annotations

from xinheng.org.access import SIGNED_IN, page
from xinheng.workflow.views import days, inbox, item, many, meetings, roles

urlpatterns = [
    page("inbox/", inbox.inbox, name="workflow.inbox", needs=SIGNED_IN),
    page("inbox/handled/", inbox.handled, name="workflow.handled", needs=SIGNED_IN),
    page("inbox/started/", inbox.started, name="workflow.started", needs=SIGNED_IN),
    page("inbox/copies/", inbox.copies, name="workflow.copies", needs=SIGNED_IN),
    page("inbox/notices/", inbox.told, name="workflow.notices", needs=SIGNED_IN),
    page("inbox/notices/read/", inbox.read_all, name="workflow.read_all", needs=SIGNED_IN),
    page("inbox/counts/", inbox.counts, name="workflow.counts", needs=SIGNED_IN),
    page("inbox/many/", many.confirm, name="workflow.many", needs="workflow.handle"),
    page("inbox/many/handle/", many.handle, name="workflow.handle_many", needs="workflow.handle"),
    page("inbox/many/result/", many.result, name="workflow.many_result", needs="workflow.handle"),
    page("tasks/<int:pk>/", item.item, name="workflow.item", needs="workflow.see"),
    page("tasks/<int:pk>/decide/", item.decide, name="workflow.decide", needs="workflow.handle"),
    page("tasks/<int:pk>/transfer/", item.transfer, name="workflow.transfer", needs="workflow.handle"),
    page("tasks/<int:pk>/cosign/", item.cosign, name="workflow.cosign", needs="workflow.handle"),
    page("tasks/<int:pk>/copy/", item.copy, name="workflow.copy", needs="workflow.see"),
    page("tasks/<int:pk>/assign/", item.assign, name="workflow.assign", needs="workflow.assign"),
    page("tasks/<int:pk>/remind/", item.remind, name="workflow.remind", needs="workflow.see"),
    page("rounds/<int:pk>/", item.round_page, name="workflow.round", needs="workflow.see"),
    page("rounds/<int:pk>/withdraw/", item.withdraw, name="workflow.withdraw", needs="workflow.see"),
    page("tasks/<int:pk>/meeting/", meetings.call, name="workflow.call_meeting", needs="workflow.handle"),
    page("meetings/<int:pk>/", meetings.meeting, name="workflow.meeting", needs="workflow.see"),
    page("meetings/<int:pk>/minutes/", meetings.minutes, name="workflow.minutes", needs="workflow.handle"),
    page("meetings/<int:pk>/vote/", meetings.vote, name="workflow.vote", needs="workflow.handle"),
    page("meetings/<int:pk>/close/", meetings.close, name="workflow.close_meeting", needs="workflow.handle"),
    page("meetings/<int:pk>/cancel/", meetings.cancel, name="workflow.cancel_meeting", needs="workflow.handle"),
    page("due/", days.due, name="workflow.due", needs=SIGNED_IN),
    page("working-days/", days.company_days, name="workflow.calendar", needs="workflow.calendar"),
    page("working-days/<int:pk>/unset/", days.unset_day, name="workflow.unset_day", needs="workflow.calendar"),
    page("role-mapping/", roles.roles, name="workflow.roles", needs="workflow.map_roles"),
    page("role-mapping/<int:pk>/unset/", roles.unmap, name="workflow.unmap_role", needs="workflow.map_roles"),
]
