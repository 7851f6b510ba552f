"""个人信息: consent, sharing, and the rights of the person whom the data is about."""
