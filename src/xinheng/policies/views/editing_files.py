"""The text of a version as files: taken out as YAML, workbook, PDF and Word; brought in, looked at first, then accepted."""

from __future__ import annotations

import io
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from creditpolicy.editing import apply_workbook, scorecard_workbook
from creditpolicy.problems import Refusal
from creditpolicy.reader import read_policy
from creditpolicy.revision import revision
from xinheng.intake.filing import workplace
from xinheng.org.access import person_of
from xinheng.policies import queries
from xinheng.policies.actions.drafting import with_line_ends_of
from xinheng.policies.editing_forms import TextForm, UploadForm, is_workbook
from xinheng.policies.editing_print import FORMS, printed_policy
from xinheng.policies.models import Version
from xinheng.policies.views.editing_text import text_difference
from xinheng.policies.views.versions import found, found_to_read, page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give the text of a version as its file, byte for byte."""
    of = found_to_read(request, pk)
    return _given(of.text.encode(), f"{of.policy.key}-{of.number}.yaml", "application/yaml; charset=utf-8")


@require_GET
def scorecard(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give the scorecard of a version as a workbook to edit."""
    of = found_to_read(request, pk)
    with workplace() as folder:
        path = folder / "scorecard.xlsx"
        try:
            scorecard_workbook(of.text, path)
        except Refusal as refused:
            messages.error(request, refused.message)
            return redirect("policies.findings", pk=pk)
        content = path.read_bytes()
    return _given(content, f"{of.policy.key}-{of.number}-{_('评分表')}.xlsx", XLSX)


@require_GET
def printed(request: HttpRequest, pk: int, form: str) -> HttpResponseBase:
    """Give a version on paper: PDF to sign and keep, Word to go on writing in."""
    of = found_to_read(request, pk)
    if form not in FORMS:
        raise Http404
    try:
        content = printed_policy(of, form, by=person_of(request), at=timezone.now())
    except Refusal as refused:
        messages.error(request, refused.message)
        return redirect("policies.version", pk=pk)
    return _given(content, f"{of.policy.key}-{of.number}.{form}", FORMS[form])


def _given(content: bytes, name: str, kind: str) -> FileResponse:
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name, content_type=kind)


def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a policy file or an edited scorecard for a draft, and show what it would change; nothing is saved yet."""
    of = found(pk)
    form = UploadForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            context |= _preview(of, form.cleaned_data["file"])
        except Refusal as refused:
            messages.error(request, refused.message)
            context["problems"] = refused.problems
    return page(request, "policies/editing_upload.html", of, "text", **context)


def _preview(of: Version, sent: Any) -> dict[str, Any]:
    if not of.is_draft:
        raise Refusal(_("这一版本已不是草案, 不能修改。要改就从它起草一个新版本。"))
    text = _text_of(of, sent)
    if text == of.text:
        raise Refusal(_("文件与草案现在的内容相同, 没有要改的。"))
    before, after = queries.readable(of), read_policy(text.encode(), file=sent.name)
    changes = revision(before, after.policy) if before is not None and after.policy is not None else None
    return {
        "sent": sent.name,
        "changes": changes,
        "problems": after.problems,
        "lines": text_difference(of.text, text, of.number, sent.name),
        "accept": TextForm(initial={"text": text, "edition": of.edition, "change_note": of.change_note}),
        "wanted": text,
    }


def _text_of(of: Version, sent: Any) -> str:
    if is_workbook(sent.name):
        with workplace() as folder:
            path = folder / "scorecard.xlsx"
            path.write_bytes(sent.read())
            return apply_workbook(of.text, path)
    try:
        text = sent.read().decode("utf-8-sig" if not of.text.startswith("\ufeff") else "utf-8")
    except UnicodeDecodeError:
        raise Refusal(_("文件不是 UTF-8 编码, 读不了。请在编辑器里另存为 UTF-8 再上传。")) from None
    return with_line_ends_of(of.text, text)


__all__ = ["file", "printed", "scorecard", "upload"]
