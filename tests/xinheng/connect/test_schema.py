"""Every operation of the API, called with whatever its description allows and forbids, answers as it is described."""

from collections.abc import Iterator

import pytest
import schemathesis
from django.core import signals
from django.db import close_old_connections
from hypothesis import HealthCheck, settings

from xinheng.connect.models import SCOPES
from xinheng.wsgi import application

pytestmark = pytest.mark.django_db
schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
schema.config.generation.allow_x00 = False
"""No description can say that texts hold no NUL, which is refused everywhere; test_operations has that."""
# The examples are the same each time: now and then one adds a name to the query whose value then sends nothing, and what was to be
# refused goes out as a proper request.


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """Keep the connection over many requests, as Django's own test client does: the test's rows are in its transaction."""
    both = (signals.request_started, signals.request_finished)
    for signal in both:
        signal.disconnect(close_old_connections)
    yield
    for signal in both:
        signal.connect(close_old_connections)


@schema.parametrize()
@settings(max_examples=40, suppress_health_check=list(HealthCheck), derandomize=True)
def test_the_api_answers_as_it_is_described(case, a_token):
    case.call_and_validate(headers={"Authorization": f"Bearer {a_token(*SCOPES)}"})
