"""What the header says of the session. GUI thread, of the main window."""

from hmi.model.project import Project
from hmi.model.text import Language
from hmi.model.user import SessionState, SignedIn
from hmi.words import say

ROLE = " · "
"""Between a person and the role."""


def session_words(
    project: Project, session: SignedIn | None, state: SessionState, language: Language, *, first: bool
) -> tuple[str, str]:
    """Say who is signed in, and more about it.

    Args:
        project: whose roles are named.
        session: who; None for nobody.
        state: of the session.
        language: of the words.
        first: the engine waits for its first administrator.
    """
    person = session.user.title or session.user.name if session is not None else ""
    if first:
        return say("shell.first_user", language), say("shell.sign.first", language)
    if state is SessionState.LOCKED:
        locked = say("shell.sign.locked", language)
        return say("shell.locked_user", language, name=person) if person else locked, locked
    if session is None:
        return say("shell.not_signed_in", language), say("shell.not_signed_in_tip", language)
    role = role_words(project, session, language)
    return f"{person}{ROLE}{role}" if role else person, say("shell.signed_in_tip", language)


def role_words(project: Project, session: SignedIn, language: Language) -> str:
    """Give the role of a user in words."""
    role = project.roles_by_name.get(session.user.role)
    return role.title.pick(language) if role is not None else session.user.role
