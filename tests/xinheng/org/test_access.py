"""Who may open which page."""

from django.test import Client


def test_a_page_needs_signing_in(client: Client, company):
    answer = client.get("/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_somebody_signed_in_sees_his_home(client: Client, company):
    client.force_login(company.finance)
    assert client.get("/").status_code == 200


def test_sales_sees_the_customers_of_his_branch_only(company):
    from xinheng.customers.models import Customer

    assert list(Customer.objects.visible_to(company.sales)) == [company.ours]
    assert list(Customer.objects.visible_to(company.junior)) == []
    assert Customer.objects.visible_to(company.finance).count() == 2
    assert not Customer.objects.visible_to(company.system_admin).exists()
