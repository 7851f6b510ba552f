"""What can be done to the organisation."""

from xinheng.org.actions.appointments import appoint, end_appointment
from xinheng.org.actions.delegations import delegate_role, end_delegation
from xinheng.org.actions.departments import change_department, close_department, open_department
from xinheng.org.actions.duties import keep_apart, let_together
from xinheng.org.actions.founding import appoint_first_administrators
from xinheng.org.actions.people import (
    Engaged,
    change_person,
    deactivate,
    engage,
    reactivate,
    reset_password,
    reset_second_factor,
)
from xinheng.org.actions.self_service import (
    change_password,
    choose_look,
    end_own_sessions,
    enter_as,
)

__all__ = [
    "Engaged",
    "appoint",
    "appoint_first_administrators",
    "change_department",
    "change_password",
    "change_person",
    "choose_look",
    "close_department",
    "deactivate",
    "delegate_role",
    "end_appointment",
    "end_delegation",
    "end_own_sessions",
    "engage",
    "enter_as",
    "keep_apart",
    "let_together",
    "open_department",
    "reactivate",
    "reset_password",
    "reset_second_factor",
]
