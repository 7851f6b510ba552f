"""Which of allauth's addresses are open, and to whom; those not named here stay closed."""

from __future__ import annotations

from django.conf import settings

from xinheng.org.access import OPEN, SIGNED_IN

ALWAYS = {
    "account_login": OPEN,
    "account_inactive": OPEN,
    "account_logout": OPEN,
    "account_reauthenticate": SIGNED_IN,
    "account_change_password": SIGNED_IN,
    "mfa_authenticate": OPEN,  # between the password and the code nobody is signed in yet
    "mfa_reauthenticate": SIGNED_IN,
    "mfa_index": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_download_recovery_codes": SIGNED_IN,
    "usersessions_list": SIGNED_IN,
}
BY_MAIL = {
    "account_reset_password": OPEN,
    "account_reset_password_done": OPEN,
    "account_reset_password_from_key": OPEN,
    "account_reset_password_from_key_done": OPEN,
}
FROM_OUTSIDE = {
    "socialaccount_connections": SIGNED_IN,
    "socialaccount_login_cancelled": OPEN,
    "socialaccount_login_error": OPEN,
}

WHOLE = frozenset({
    "mfa_activate_totp", "mfa_deactivate_totp", "mfa_generate_recovery_codes", "socialaccount_connections",
})  # fmt: skip
"""What happens wholly, with its line in the record, or not at all."""


def opened() -> dict[str, str]:
    """Give the names of the open addresses, as the settings switch them on, with who may open each."""
    names = dict(ALWAYS)
    if settings.EMAIL_HOST:
        names |= BY_MAIL
    if settings.SOCIALACCOUNT_PROVIDERS:
        names |= FROM_OUTSIDE
        for provider in settings.SOCIALACCOUNT_PROVIDERS:
            names |= {f"{provider}_login": OPEN, f"{provider}_callback": OPEN}
    return names
