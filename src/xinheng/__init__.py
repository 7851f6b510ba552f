"""信衡 Xinheng: the application and the command built on the policy language of `creditpolicy`."""

__version__ = "0.1.0"
