"""Papers of customers for other systems."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from ninja import Field, File, Form, Query, Router, Schema, Status
from ninja.errors import HttpError
from ninja.files import UploadedFile
from pydantic import ConfigDict

from creditpolicy.problems import Refusal
from xinheng.connect.gate import REFUSALS, Day, caller, customer_numbered, day_of, needs_scope
from xinheng.org.access import demand
from xinheng.papers.actions.filing import Details, file_paper, open_version
from xinheng.papers.contents import TYPES
from xinheng.papers.levels import Level
from xinheng.papers.models import Paper, PaperKind
from xinheng.papers.queries import of_customer

router = Router(tags=["papers"])
Number = Annotated[str, Field(max_length=30)]


class PaperOut(Schema):
    """A paper; title and number are told of those alone that the token's person may read."""

    id: int
    kind: str
    kind_label: str
    title: str | None
    level: int
    valid_until: date | None
    state: str
    place: str
    versions: int


class Papers(Schema):
    """The papers of a customer."""

    papers: list[PaperOut]


class NewPaper(Schema):
    """What is said of a paper that is uploaded."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    kind: Annotated[str, Field(pattern="^[a-z_]{1,30}$", description="种类的代码, 如 business_licence")]
    title: Annotated[str, Field(min_length=1, max_length=100)]
    level: Level = Level.INTERNAL
    valid_until: Day = ""


class Why(Schema):
    """Why a paper is looked at; asked from 秘密 on."""

    model_config = ConfigDict(extra="forbid")
    why: Annotated[str, Field(max_length=200)] = ""


def told(paper: Paper, *, may_read: bool) -> dict[str, Any]:
    """Give a paper as the API shows it."""
    return {
        "id": paper.pk, "kind": paper.kind.code, "kind_label": paper.kind.name,
        "title": paper.title if may_read else None, "level": paper.level, "valid_until": paper.valid_until,
        "state": paper.state, "place": paper.place, "versions": len(paper.versions.all()),
    }  # fmt: skip


@router.get("/customers/{number}/papers", response={200: Papers, **REFUSALS}, summary="客户的档案目录")
@needs_scope("papers:read")
def papers(request: HttpRequest, number: Number) -> Any:
    """List the papers in a customer's file."""
    demand(caller(request), "papers.see")
    customer = customer_numbered(number, caller(request))
    readable = set(Paper.objects.readable_by(caller(request)).filter(customer=customer).values_list("pk", flat=True))
    return {"papers": [told(one, may_read=one.pk in readable) for one in of_customer(customer)]}


@router.post("/customers/{number}/papers", response={201: PaperOut, **REFUSALS}, summary="上传档案")
@needs_scope("papers:write")
def upload(request: HttpRequest, number: Number, new: Form[NewPaper], file: File[UploadedFile | None] = None) -> Any:
    """Put a paper with its file into a customer's file."""
    customer = customer_numbered(number, caller(request))
    if file is None:
        raise Refusal(_("请在 file 里附上文件。"))
    kind = PaperKind.objects.filter(code=new.kind, is_closed=False).first()
    if kind is None:
        raise Refusal(_("没有“{kind}”这种档案。").format(kind=new.kind))
    details = Details(title=new.title, level=new.level, valid_until=day_of(new.valid_until))
    paper = file_paper(
        customer, kind, details,
        by=caller(request), on=timezone.localdate(), content=file.read(), file_name=file.name or "",
    )  # fmt: skip
    return Status(201, told(paper, may_read=True))


@router.get("/papers/{paper}/file", response=REFUSALS, summary="档案的文件 (最新一版)")
@needs_scope("papers:read")
def file(request: HttpRequest, paper: Annotated[int, Field(ge=1, le=2**31)], asked: Query[Why]) -> Any:
    """Give the latest file of a paper; each look stands in the record."""
    found = get_object_or_404(Paper.objects.visible_to(caller(request)), pk=paper)
    version = found.versions.first()
    if version is None:
        raise HttpError(404, _("这份档案没有电子文件。"))
    content = open_version(version, by=caller(request), on=timezone.localdate(), why=asked.why, how="api")
    response = StreamingHttpResponse(content, content_type=TYPES[version.file_type].mime)
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=version.file_name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
