"""Pages of papers: a customer's papers, one paper, filing, versions, looking into one."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creditpolicy.problems import Refusal
from xinheng.customers.models import Customer
from xinheng.customers.views.shown import found as found_customer
from xinheng.customers.views.shown import page_of
from xinheng.org.access import may, person_of
from xinheng.papers import actions, queries
from xinheng.papers.contents import TYPES, max_bytes
from xinheng.papers.forms import BorrowForm, ChangeForm, LookForm, PaperForm, ReasonForm, VersionForm, read_form
from xinheng.papers.levels import highest_level
from xinheng.papers.models import HELD, Paper, PaperVersion


def of_customer(request: HttpRequest, pk: int) -> HttpResponse:
    """List the papers in a customer's file; of those that he may not read, only that they exist."""
    person = person_of(request)
    customer = found_customer(request, pk)
    with_withdrawn = "all" in request.GET
    papers = list(queries.of_customer(customer, with_withdrawn=with_withdrawn))
    level = highest_level(person)
    on = timezone.localdate()
    rows = [
        {
            "paper": paper,
            "is_readable": paper.level <= level,
            "latest": next(iter(paper.versions.all()), None),
            "loan": next((loan for loan in paper.loans.all() if loan.state in HELD), None),
            "is_expired": paper.is_expired(on),
        }
        for paper in papers
    ]
    told = {"rows": rows, "with_withdrawn": with_withdrawn, "may_file": may(person, "papers.file", customer)}
    return page_of(request, customer, "papers", "papers/of_customer.html", told)


def file(request: HttpRequest, pk: int) -> HttpResponse:
    """Put papers into the customer's file: each uploaded file becomes one, with a result of its own."""
    person = person_of(request)
    customer = get_object_or_404(Customer.objects.visible_to(person), pk=pk)
    form = PaperForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            results = _file_each(customer, form, request)
            if request.headers.get("X-One-File"):
                return render(request, "papers/parts/results.html", {"results": results})
            if not any(result["reason"] for result in results):
                messages.success(request, _("已存入 {count} 份档案。").format(count=len(results)))
                return redirect("papers.of_customer", pk=customer.pk)
            for result in results:
                if result["reason"]:
                    messages.error(
                        request, f"{result['name']}: {result['reason']}" if result["name"] else result["reason"]
                    )
                else:
                    messages.success(request, _("已存入: {name}").format(name=result["name"]))
        elif request.headers.get("X-One-File"):
            wrong = [error for errors in form.errors.values() for error in errors]
            results = [{"name": getattr(request.FILES.get("files"), "name", ""), "reason": " ".join(map(str, wrong))}]
            return render(request, "papers/parts/results.html", {"results": results})
        status = 422 if request.headers.get("HX-Request") else 200
    context = {"customer": customer, "form": form, "max_mb": max_bytes() // 2**20, "tab": "papers"}
    return render(request, "papers/file.html", context, status=status)


def _file_each(customer: Customer, form: PaperForm, request: HttpRequest) -> list[dict[str, Any]]:
    """File each upload by itself: one that is refused does not stop the others."""
    results: list[dict[str, Any]] = []
    for upload in form.cleaned_data["files"] or [None]:
        name = upload.name if upload else form.cleaned_data["title"]
        try:
            paper = actions.file_paper(
                customer, form.cleaned_data["kind"], form.details(title=name.rpartition(".")[0] or name),
                by=person_of(request), on=timezone.localdate(), content=_content(upload) if upload else None, file_name=name,
            )  # fmt: skip
        except Refusal as refusal:
            results.append({"name": name, "reason": str(refusal), "paper": None})
        else:
            results.append({"name": name, "reason": "", "paper": paper})
    return results


def _content(upload: UploadedFile[Any]) -> bytes:
    """Read an upload no further than what may be kept."""
    content: bytes = upload.read(max_bytes() + 1)
    return content


def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one paper: what is written down, its versions, its loans."""
    person = person_of(request)
    found = get_object_or_404(
        Paper.objects.visible_to(person).with_whereabouts().select_related("customer", "kind", "filed_by"), pk=pk
    )
    is_readable = may(person, "papers.read", found)
    loans = list(found.loans.select_related("borrower").order_by("-pk")[:20])
    mine = next((loan for loan in loans if loan.borrower_id == person.pk and loan.state in ("asked", *HELD)), None)
    context = {
        "paper": found, "customer": found.customer, "is_readable": is_readable, "tab": "papers",
        "versions": found.versions.select_related("added_by") if is_readable else (),
        "loans": loans, "my_loan": mine, "types": TYPES, "on": timezone.localdate(),
        "held": next((loan for loan in loans if loan.state in HELD), None),
        "can_borrow": found.has_copy and found.state == "kept" and mine is None and may(person, "papers.borrow", found),
        "can_change": is_readable and found.state not in ("withdrawn", "erased") and may(person, "papers.change", found),
        "can_add": found.state not in ("withdrawn", "erased") and may(person, "papers.file", found),
        "can_withdraw": found.state not in ("withdrawn", "erased") and may(person, "papers.withdraw", found),
        "version_form": VersionForm(), "borrow_form": BorrowForm(), "withdraw_form": ReasonForm(prefix="withdraw"),
    }  # fmt: skip
    return render(request, "papers/paper.html", context)


def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is written down of a paper."""
    person = person_of(request)
    found = get_object_or_404(Paper.objects.readable_by(person).select_related("customer", "kind"), pk=pk)
    form = ChangeForm(request.POST or None, paper=found)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_paper(
                found, form.details(), by=person, on=timezone.localdate(), why=form.cleaned_data["why"]
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("已修改。"))
            return redirect("papers.paper", pk=pk)
    return render(
        request, "papers/change.html", {"paper": found, "customer": found.customer, "form": form, "tab": "papers"}
    )


@require_POST
def add_version(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a newer file beside the older ones."""
    person = person_of(request)
    found = get_object_or_404(Paper.objects.visible_to(person), pk=pk)
    form = VersionForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("请先选一个文件。"))
        return redirect("papers.paper", pk=pk)
    upload = form.cleaned_data["file"]
    try:
        version = actions.add_version(
            found, _content(upload), upload.name, by=person, on=timezone.localdate(), remark=form.cleaned_data["remark"]
        )
    except Refusal as refusal:
        messages.error(request, f"{upload.name}: {refusal}")
    else:
        messages.success(request, _("已存入第 {number} 版。").format(number=version.number))
    return redirect("papers.paper", pk=pk)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a paper out of use."""
    person = person_of(request)
    found = get_object_or_404(Paper.objects.visible_to(person), pk=pk)
    try:
        told = read_form(ReasonForm(request.POST, prefix="withdraw"))
        actions.withdraw_paper(found, by=person, on=timezone.localdate(), **told)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已撤下, 内容仍保存。"))
    return redirect("papers.paper", pk=pk)


def look(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give a version's content, as a download or to look at in the browser; the look is recorded.

    From 秘密 on the page asks first what the look is for, and gives the content to a POST with the reason only.
    """
    if request.method not in ("GET", "POST"):
        return HttpResponseNotAllowed(["GET", "POST"])
    person = person_of(request)
    version = get_object_or_404(
        PaperVersion.objects.select_related("paper__customer", "paper__kind").filter(
            paper__in=Paper.objects.readable_by(person)
        ),
        pk=pk,
    )
    how = "preview" if "preview" in request.GET and TYPES[version.file_type].can_preview else "download"
    form = LookForm(request.POST or None)
    asks = version.paper.asks_reason
    if asks and not (request.method == "POST" and form.is_valid()):
        context = {
            "looked": version,
            "paper": version.paper,
            "customer": version.paper.customer,
            "form": form,
            "how": how,
        }
        return render(request, "papers/look.html", context)
    try:
        pieces = actions.open_version(
            version, by=person, on=timezone.localdate(), why=form.cleaned_data["why"] if asks else "", how=how
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("papers.paper", pk=version.paper_id)
    return _answer(version, pieces, how)


def _answer(version: PaperVersion, pieces: Any, how: str) -> HttpResponseBase:
    """Give the bytes so that the browser saves them, or shows exactly what they were found to be and runs nothing."""
    response = StreamingHttpResponse(pieces, content_type=TYPES[version.file_type].mime)
    kind = "inline" if how == "preview" else "attachment"
    response["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(version.file_name, safe='')}"
    response["Content-Length"] = str(version.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"
    response["Cache-Control"] = "no-store"
    return response


def expiring(request: HttpRequest) -> HttpResponse:
    """List papers whose validity has ended or ends soon."""
    person = person_of(request)
    on = timezone.localdate()
    papers = queries.expiring(on).filter(customer__in=Customer.objects.visible_to(person))
    return render(request, "papers/expiring.html", {"papers": papers[:500], "on": on})
