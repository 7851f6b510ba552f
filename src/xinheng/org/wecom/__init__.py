"""企业微信 as a way to sign in; switched on by `[sign_in.wecom]`."""
