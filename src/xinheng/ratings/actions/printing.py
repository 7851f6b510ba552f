"""Papers of a case printed, and the report kept with the case when its result comes into force."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from creditpolicy.language import language_in_use, use_language
from creditpolicy.problems import Refusal
from xinheng.audit.record import SYSTEM, Actor, act, record
from xinheng.org.access import demand
from xinheng.org.models import Person
from xinheng.papers.levels import Level
from xinheng.printing import Printed, pdf, word
from xinheng.ratings.documents import FORMS, document
from xinheng.ratings.models import Assessment
from xinheng.vault import files

FOLDER = Path(__file__).resolve().parents[1] / "printed"
FORMATS: Mapping[str, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@act
def print_document(assessment: Assessment, *, form: str, format: str, by: Person, on: date, at: datetime) -> bytes:
    """Print a paper of a case; the kept report is given as it was kept."""
    demand(by, "ratings.see_file", assessment)
    demand(by, "ratings.see_score", assessment)
    if form not in FORMS or format not in FORMATS:
        raise Refusal(_("请选择要打印的文件和格式。"))
    record(
        "ratings.print", assessment, by=by, about=assessment.customer, look=True,
        after={"form": form, "format": format, "customers": [assessment.customer_id]},
    )  # fmt: skip
    if form == "report" and format == "pdf" and assessment.report:
        return b"".join(files.read(assessment.report, place=place_of(assessment)))
    return made(assessment, form, format, by=by.full_name, on=on, at=at)


def made(assessment: Assessment, form: str, format: str, *, by: str, on: date, at: datetime) -> bytes:
    """Make a paper of a case in a format."""
    told = document(assessment, form, on=on)
    level = str(Level.SECRET.label)
    if format == "pdf":
        return pdf(FOLDER / "case.typ", told, Printed(by=by, at=at, policy=str(assessment.version), level=level))
    here = timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
    around = {
        "company": settings.COMPANY,
        "level": level,
        "line": _("{person} 于 {at} 打印").format(person=by, at=here),
    }
    return word(FOLDER / "case.docx", told | around)


def place_of(assessment: Assessment) -> str:
    """Give the place in the store that a case's report is bound to."""
    return f"ratings.assessment/{assessment.uid}"


@act
def keep_report(assessment: Assessment, *, by: Actor = SYSTEM, on: date, at: datetime) -> Assessment:
    """Keep the report of a case in force, closed, as it is now; does nothing new where it is kept already."""
    assessment = Assessment.objects.select_for_update(of=("self",)).get(pk=assessment.pk)
    if assessment.state != Assessment.State.IN_FORCE:
        raise Refusal(_("评级还没有生效, 没有可留存的报告。"))
    if assessment.report:
        raise Refusal(_("报告已经留存。"))
    before = language_in_use()
    use_language("zh-hans")
    try:
        with override("zh-hans"):
            content = made(assessment, "report", "pdf", by=by.actor_name, on=on, at=at)
    finally:
        use_language(before)
    kept = files.store([content], place=place_of(assessment))
    try:
        assessment.report = kept.name
        assessment.save(update_fields=["report"])
        record(
            "ratings.keep_documents", assessment, by=by, about=assessment.customer,
            after={"sha256": kept.sha256, "size": kept.size},
        )  # fmt: skip
    except BaseException:
        files.remove(kept.name)
        raise
    return assessment


def keep_missing_reports(on: date) -> int:
    """Keep the reports of cases in force that have none yet, for the daily job; gives how many."""
    waiting = list(Assessment.objects.filter(state=Assessment.State.IN_FORCE, report="").order_by("pk"))
    for assessment in waiting:
        keep_report(assessment, on=on, at=timezone.now())
    return len(waiting)
