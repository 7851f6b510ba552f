"""Every operation of the API, called with whatever its description allows and forbids, answers as it is described."""

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from xinheng.connect.models import SCOPES
from xinheng.wsgi import application

pytestmark = pytest.mark.django_db
schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


@schema.parametrize()
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_the_api_answers_as_it_is_described(case, a_token):
    case.call_and_validate(headers={"Authorization": f"Bearer {a_token(*SCOPES)}"})
