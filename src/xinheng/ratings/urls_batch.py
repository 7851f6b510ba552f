"""The addresses of batches."""

from __future__ import annotations

from xinheng.org.access import page
from xinheng.ratings.views_batch import batches, movers

SEE = "ratings.see_batches"
urlpatterns = [
    page("ratings/batches/", batches.batches, name="ratings.batches", needs=SEE),
    page("ratings/batches/new/", batches.start, name="ratings.start_batch", needs="ratings.batch"),
    page("ratings/batches/<int:pk>/", batches.batch, name="ratings.batch", needs=SEE),
    page("ratings/batches/<int:pk>/progress/", batches.progress, name="ratings.batch_progress", needs=SEE),
    page("ratings/batches/<int:pk>/cancel/", batches.cancel, name="ratings.cancel_batch", needs="ratings.batch"),
    page("ratings/batches/<int:pk>/again/", batches.again, name="ratings.batch_again", needs="ratings.batch"),
    page("ratings/batches/<int:pk>/send/", batches.send, name="ratings.send_batch", needs="ratings.apply_batch"),
    page("ratings/batches/<int:pk>/movers/", movers.movers, name="ratings.movers", needs=SEE),
    page("ratings/batches/<int:pk>/choose/", movers.choose, name="ratings.batch_choose", needs="ratings.apply_batch"),
    page("ratings/batches/<int:pk>/export/", movers.export, name="ratings.batch_export", needs=SEE),
    page("ratings/batches/<int:pk>/refused/", movers.refused, name="ratings.batch_refused", needs=SEE),
]
