"""Brings the schema of a store to the newest one, whole or not at all. Called by the writer's thread at opening.

All steps run in one transaction that begins with BEGIN IMMEDIATE: a kill in the middle leaves the old schema, and
nobody sees half of the new one.
"""

import importlib
import pkgutil
from collections.abc import Iterable
from typing import Any

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, MigrationStep, RevisionStep
from alembic.script.base import Script
from alembic.script.revision import ResolutionError, RevisionMap
from sqlalchemy import Connection

from hmi.model.errors import EnvironmentFault

STEPS = "hmi.store.migrations"


def migrate(connection: Connection, steps: str = STEPS) -> bool:
    """Bring a store to the newest schema, within the transaction that the caller has begun.

    Args:
        connection: inside a transaction that began with BEGIN IMMEDIATE.
        steps: package of the steps.

    Returns:
        Whether there was anything to do.

    Raises:
        EnvironmentFault: when the store is of a version that this program does not know.
    """
    revisions = RevisionMap(lambda: _scripts(steps))
    done: list[str] = []

    def plan(current: Any, context: MigrationContext) -> Iterable[RevisionStep]:
        newest = revisions.get_current_head()
        before = _known(revisions, current)
        missing = [] if before == newest else list(revisions.iterate_revisions("head", before or "base"))
        for one in reversed(missing):
            done.append(one.revision)
            yield MigrationStep.upgrade_from_script(revisions, one)  # type: ignore[arg-type]  # they are scripts

    context = MigrationContext.configure(connection, opts={"fn": plan})
    with Operations.context(context):
        context.run_migrations()
    return bool(done)


def _known(revisions: RevisionMap, current: tuple[str, ...]) -> str | None:
    """Give the version of a store, None for one without tables.

    Raises:
        EnvironmentFault: when there is no such version here.
    """
    version = next(iter(current), None)
    try:
        if version is not None:
            revisions.get_revision(version)
    except ResolutionError as error:
        raise EnvironmentFault("store.newer", version=str(version), known=str(revisions.get_current_head())) from error
    return version


def _scripts(package: str) -> list[Script]:
    """Import the steps of a package."""
    home = importlib.import_module(package)
    names = sorted(module.name for module in pkgutil.iter_modules(home.__path__))
    modules = [importlib.import_module(f"{package}.{name}") for name in names]
    return [Script(module, module.revision, module.__file__ or module.__name__) for module in modules]
