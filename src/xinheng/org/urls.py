"""The addresses of the organisation."""

from __future__ import annotations

from xinheng.org.access import OPEN, SIGNED_IN, page
from xinheng.org.views import departments, duties, own, people

urlpatterns = [
    page("people/", people.people, name="org.people", needs="org.see"),
    page("people/new/", people.engage_person, name="org.engage", needs="org.people"),
    page("people/<int:pk>/", people.person, name="org.person", needs="org.see"),
    page("people/<int:pk>/change/", people.change, name="org.change_person", needs="org.people"),
    page("people/<int:pk>/close/", people.close, name="org.deactivate", needs="org.people"),
    page("people/<int:pk>/open/", people.open_again, name="org.reactivate", needs="org.people"),
    page("people/<int:pk>/password/", people.new_password, name="org.reset_password", needs="org.people"),
    page("people/<int:pk>/code/", people.new_second_factor, name="org.reset_second_factor", needs="org.people"),
    page("people/<int:pk>/appoint/", duties.appoint_person, name="org.appoint", needs="org.appoint"),
    page("people/<int:pk>/delegate/", duties.delegate, name="org.delegate_for", needs="org.people"),
    page("appointments/<int:pk>/end/", duties.end, name="org.end_appointment", needs="org.appoint"),
    page("delegations/new/", duties.delegate, name="org.delegate", needs=SIGNED_IN),
    page("delegations/<int:pk>/end/", duties.take_back, name="org.end_delegation", needs=SIGNED_IN),
    page("departments/", departments.departments, name="org.departments", needs="org.see"),
    page("departments/new/", departments.open_new, name="org.open_department", needs="org.departments"),
    page("departments/<int:pk>/change/", departments.change, name="org.change_department", needs="org.departments"),
    page("departments/<int:pk>/close/", departments.close, name="org.close_department", needs="org.departments"),
    page("roles/", duties.roles, name="org.roles", needs="org.see"),
    page("duties-apart/", duties.duties_apart, name="org.duties_apart", needs="org.see"),
    page("duties-apart/<int:pk>/remove/", duties.let_go, name="org.let_together", needs="org.duties"),
    page("me/", own.profile, name="org.profile", needs=SIGNED_IN),
    page("me/second-factor/", own.second_factor, name="org.second_factor", needs=SIGNED_IN),
    page("sign-in/password-over/", own.one_time_over, name="org.one_time_over", needs=OPEN),
    page("sign-in/enter/", own.enter, name="org.enter_as", needs=OPEN),
]
