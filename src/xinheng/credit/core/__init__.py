"""The ledger of limits: what may move an account, each by one guarded change and one movement; no rule of a policy lives here.

Whoever moves an account locks its row first, then its holds, then the slots of what it shares, so that nobody waits for
somebody who waits for him. `reserve` locks by its own guarded UPDATE, which is the whole decision.
"""
