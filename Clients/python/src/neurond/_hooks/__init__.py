"""The hook language as values: what is done to a pass, and what is read from it.

Values hold names as they were written; `plan.Planner` turns them into the protocol's messages with
the sites that a daemon states. `Docs/hooks.md` says what everything means.
"""
