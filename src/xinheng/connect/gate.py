"""The gate of the API: who asks (a token), whether its scope reaches, and how every refusal is told."""

from __future__ import annotations

import hashlib
import inspect
import json
import re
from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Annotated, Any, cast, get_args

from django.core.cache.backends.locmem import LocMemCache
from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder as Encoder
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, NinjaAPI, Schema, Status
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from ninja.security import HttpBearer
from ninja.throttling import AuthRateThrottle

from creditpolicy.problems import Refusal
from xinheng.connect.actions import digest_of
from xinheng.connect.models import Answered, Token
from xinheng.customers.models import Customer
from xinheng.customers.queries import numbered
from xinheng.org.models import Person
from xinheng.upkeep.prepared import prepared


class Refused(Schema):
    """Why a request was not carried out; `problems` has a line for each thing that is wrong."""

    what: str
    problems: list[str] = Field(default_factory=list)


Day = Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$", description="2027-12-31")]
"""A day as text; pydantic's own would take a bare number for one."""


def day_of(text: str) -> date | None:
    """Read a day; None for none; Refusal where the calendar has no such day."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refusal(_("没有“{day}”这一天。").format(day=text)) from None


REFUSALS: dict[int, Any] = dict.fromkeys((400, 401, 403, 404, 409, 422, 429), Refused)
"""What an operation may answer besides its result."""


def customer_numbered(number: str, person: Person) -> Customer:
    """Give the customer with a number whom the person may see; 404 where there is none."""
    found = numbered(number, person)
    if found is None:
        raise Http404
    return found


class Bearer(HttpBearer):
    """`Authorization: Bearer xh_…`."""

    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        """Give the token, where it is good today."""
        found = _token.first(digest_of(token))
        if found is None or not found.is_good(timezone.localdate()):
            return None
        now = timezone.now()
        if found.last_used_at is None or (now - found.last_used_at).total_seconds() > 60:
            Token.objects.filter(pk=found.pk).update(last_used_at=now)
        return found


@prepared
def _token(digest: str) -> QuerySet[Token]:
    return Token.objects.select_related("person__department").filter(digest=digest)


def caller(request: HttpRequest) -> Person:
    """Give the person that the token acts as."""
    return token_of(request).person


def token_of(request: HttpRequest) -> Token:
    """Give the token of the request."""
    return cast("Token", request.auth)  # type: ignore[attr-defined]


def _as(view: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a wrapper the name and the signature of what it wraps; the latter evaluated, for the API reads it elsewhere."""

    def dressed(wrapper: Callable[..., Any]) -> Callable[..., Any]:
        wraps(view)(wrapper)
        wrapper.__signature__ = inspect.signature(view, eval_str=True)  # type: ignore[attr-defined]
        return wrapper

    return dressed


_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""The character as JSON writes it; a backslash that is itself text stands twice."""


def _refuse_nul(request: HttpRequest) -> None:
    """Refuse a request that holds the character NUL: PostgreSQL keeps no such text, nobody can type it."""
    told = (text for name, texts in request.GET.lists() for text in (name, *texts))
    is_json = request.content_type == "application/json"
    if "\0" in request.path or any("\0" in text for text in told) or (is_json and _NUL.search(request.body)):
        raise HttpError(422, _("请求里有空字符 (NUL), 文字里不能有它。请去掉后再试。"))


def _asked_by(view: Callable[..., Any]) -> frozenset[str]:
    """Give the names that an operation knows in its query."""
    parts = (get_args(parameter.annotation) for parameter in inspect.signature(view, eval_str=True).parameters.values())
    models = (part[0] for part in parts if part and isinstance(part[0], type) and issubclass(part[0], Schema))
    return frozenset(name for model in models for name in model.model_fields)


def needs_scope(scope: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let an operation be reached by tokens of this scope only; what it does not know in the query is refused."""

    def guard(view: Callable[..., Any]) -> Callable[..., Any]:
        known = _asked_by(view)

        @_as(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            _refuse_nul(request)
            if scope not in token_of(request).scopes:
                raise HttpError(403, _("令牌没有“{scope}”这项范围。请联系安全管理员。").format(scope=scope))
            for name in request.GET:
                if name not in known:
                    raise HttpError(422, _("没有“{name}”这个查询条件, 请去掉或改正它。").format(name=name))
            return view(request, *args, **kwargs)

        return guarded

    return guard


def once(view: Callable[..., Any]) -> Callable[..., Any]:
    """Carry a request with an `Idempotency-Key` out once: asked again it gets the same answer, other content 409.

    The operation gives a `Status` with plain values. Key and effect are one
    transaction. Without the header the request is simply carried out.
    """

    @_as(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return view(request, *args, **kwargs)
        if len(key) > 100:
            raise HttpError(422, _("Idempotency-Key 最长 100 个字符。"))
        digest = hashlib.sha256(request.method.encode() + request.path.encode() + request.body).hexdigest()  # type: ignore[union-attr]
        try:
            with transaction.atomic():
                answered = Answered.objects.create(token=token_of(request), key=key, digest=digest, status=0)
                answer: Status[Any] = view(request, *args, **kwargs)
                answered.status, answered.body = answer.status_code, json.loads(json.dumps(answer.value, cls=Encoder))
                answered.save()
                return answer
        except IntegrityError:
            earlier = Answered.objects.filter(token=token_of(request), key=key).first()
            if earlier is None:
                raise
            if earlier.digest != digest:
                raise HttpError(
                    409, _("这个 Idempotency-Key 已用于另一个请求: 地址或内容不同。请换一个新的键。")
                ) from None
            return Status(earlier.status, earlier.body)

    return kept


class PerProcess(AuthRateThrottle):
    """How often a token may ask of one process of the server: counted in its memory, as a count in the database is a commit."""

    cache = LocMemCache("api", {})


api = NinjaAPI(
    title="信衡 Xinheng",
    version="1",
    description="客户、档案、待办、等级与评级、制度。每个请求带 Authorization: Bearer 令牌。",
    docs_url=None,
    auth=Bearer(),
    throttle=[PerProcess("1200/m")],
    urls_namespace="api",
)


def _told(request: HttpRequest, status: int, what: str, problems: list[str] | None = None) -> HttpResponse:
    return api.create_response(request, {"what": what, "problems": problems or []}, status=status)


@api.exception_handler(Refusal)
def _refusal(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return _told(request, 409, refusal.message, [str(problem) for problem in refusal.problems])


@api.exception_handler(ValidationError)
def _unreadable(request: HttpRequest, wrong: ValidationError) -> HttpResponse:
    problems = [f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in wrong.errors]
    return _told(request, 422, _("请求里有读不懂的内容。"), problems)


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, wrong: AuthenticationError) -> HttpResponse:
    answer = _told(request, 401, _("没有令牌, 或令牌已失效。请在请求头写 Authorization: Bearer 和令牌。"))
    answer["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(PermissionDenied)
def _forbidden(request: HttpRequest, wrong: PermissionDenied) -> HttpResponse:
    return _told(request, 403, _("令牌所代表的人员没有这项权限。"))


@api.exception_handler(Http404)
def _missing(request: HttpRequest, wrong: Http404) -> HttpResponse:
    return _told(request, 404, _("没有这个对象, 或者它不在令牌可见的范围内。"))


@api.exception_handler(HttpError)
def _stopped(request: HttpRequest, wrong: HttpError) -> HttpResponse:
    return _told(request, wrong.status_code, str(wrong))


@api.exception_handler(Throttled)
def _too_many(request: HttpRequest, wrong: Throttled) -> HttpResponse:
    answer = _told(request, 429, _("请求太多。请稍后再试。"))
    if wrong.wait:
        answer["Retry-After"] = str(int(wrong.wait) + 1)
    return answer
