"""Webhooks: other systems are told of events; written in the event's own transaction, sent by the worker."""
