"""The steps that bring a store to the newest schema: one alembic revision a module, run by `hmi.store.migrate`.

They are found as modules of this package, so they work from an installed or frozen program with no file of alembic's
beside it. A released step is never changed. A struct that is kept as a document (users, sessions, standing alarms) and
gains a field needs a step too, even an empty one: an older program then refuses the store instead of misreading it.
"""
