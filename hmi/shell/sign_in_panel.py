"""The panel for signing in and out: name and password, badge and PIN, the first administrator. GUI thread.

Never a dialog: screen and alarms stay in sight and go on. Refusals stand in it in words. Signals: `sign_in_requested`
and the others carry what was entered; the panel keeps no password once it has handed it on.
"""

from collections.abc import Callable
from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.theme import Theme
from hmi.link.engine_messages import AskBadge, AskFirstAdministrator, AskSignIn
from hmi.model.reason import Reason
from hmi.model.text import Language
from hmi.model.user import SessionState, SignedIn
from hmi.shell.panel import Panel
from hmi.shell.wedge import Wedge
from hmi.views.buttons import Button
from hmi.words import say, say_reason

WIDTH = 420


class SignInPanel(Panel):
    """Who is signed in, and how to be."""

    ask_requested = QtCore.Signal(object)
    """Somebody wants to sign in; payload `number -> Ask…`."""
    sign_out_requested = QtCore.Signal()
    """The user wants to sign out."""

    def __init__(self, theme: Theme, language: Language, parent: QtWidgets.QWidget) -> None:
        """Make it hidden."""
        super().__init__(theme, parent)
        self._language = language
        self._wedge = Wedge()
        self._badge = ""
        self._state = SessionState.NOBODY
        self._first = self._attached = self._busy = False
        self._texts_before: dict[QtWidgets.QLineEdit, str] = {}
        self._words, self._said = QtWidgets.QLabel(self), QtWidgets.QLabel(self)
        self._labels = [QtWidgets.QLabel(self) for _ in range(4)]
        self.name, self.password, self.repeated, self.pin = (QtWidgets.QLineEdit(self) for _ in range(4))
        for field in (self.password, self.repeated, self.pin):
            field.setEchoMode(QtWidgets.QLineEdit.EchoMode.Password)
        self.go = Button(theme, self, primary=True)
        self.out = Button(theme, self)
        for label in (self._words, self._said):
            label.setWordWrap(True)
            label.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        self.body.setSpacing(8)
        self.body.addWidget(self._words)
        for label, field in zip(self._labels, self._fields, strict=True):
            self.body.addWidget(label)
            self.body.addWidget(field)
            field.installEventFilter(self)
            field.setMinimumHeight(38)
            label.setBuddy(field)
        self.body.addWidget(self._said)
        buttons = QtWidgets.QHBoxLayout()
        buttons.addWidget(self.go, 1)
        buttons.addWidget(self.out, 1)
        self.body.addLayout(buttons)
        self.body.addStretch(1)
        self.installEventFilter(self)
        self.go.clicked.connect(self._go)
        self.out.clicked.connect(self.sign_out_requested)
        self.setMinimumWidth(WIDTH)

    @property
    def _fields(self) -> tuple[QtWidgets.QLineEdit, ...]:
        return self.name, self.password, self.repeated, self.pin

    @property
    def words(self) -> str:
        """What the panel says of the session."""
        return self._words.text()

    @property
    def said(self) -> str:
        """Why the last attempt was refused; empty when it was not."""
        return self._said.text()

    def set_look(self, theme: Theme, language: Language) -> None:
        """Paint with a theme and speak a language."""
        self._language = language
        self.dress(theme)
        tokens = theme.tokens
        self.set_title(say("shell.sign.title", language), say("shell.close", language))
        codes = ("name", "password", "repeat", "pin")
        for label, field, code in zip(self._labels, self._fields, codes, strict=True):
            label.setFont(theme.font(18))
            label.setText(say(f"shell.sign.{code}", language))
            field.setFont(theme.font(20))
            field.setAccessibleName(label.text())
            field.setStyleSheet(
                f"QLineEdit {{ background: {tokens['track']}; color: {tokens['ink']};"
                f" border: 1px solid {tokens['edge']}; border-radius: 5px; padding: 2px 8px; }}"
                f"QLineEdit:focus {{ border: 2px solid {tokens['focus']}; }}"
            )
        for label, weight in ((self._words, 400), (self._said, 600)):
            label.setFont(theme.font(18, weight))
        self.go.set_look(theme, say("shell.sign.go", language))
        self.out.set_look(theme, say("shell.sign.out", language))

    def show_session(
        self, session: SignedIn | None, state: SessionState, role: str, *, attached: bool, first: bool, why: str
    ) -> None:
        """Say how it is.

        Args:
            session: who is signed in, or was when it was locked; None for nobody.
            state: of the session.
            role: of the user, in words.
            attached: whether the engine can be asked.
            first: whether it waits for its first administrator.
            why: why a session ended or was locked, in words.
        """
        language = self._language
        self._attached, self._first, self._state = attached, first, state
        person = session.user.title or session.user.name if session is not None else ""
        if not attached:
            words = say("shell.sign.away", language)
        elif first:
            words = say("shell.sign.first", language)
        elif state is SessionState.LOCKED:
            words = why or say("shell.sign.locked", language)
        elif session is not None and session.demo:
            words = say("shell.sign.demo", language, name=person, role=role)
        elif session is not None:
            words = say("shell.sign.as", language, name=person, role=role)
        else:
            words = " ".join(part for part in (why, say("shell.sign.nobody", language)) if part)
        self._words.setText(words)
        if state is SessionState.LOCKED and session is not None and not self.name.text():
            self.name.setText(session.user.name)
        self.out.setVisible(state is SessionState.SIGNED_IN)
        self._arrange()

    def refuse(self, why: Reason | None) -> None:
        """Say why an attempt was refused; None: it was not, and the panel has done its work."""
        self._busy = False
        self._forget_secrets()
        self._said.setText(say_reason(why, self._language) if why is not None else "")
        if why is None:
            self.name.clear()
            self.close_panel()
        self._arrange()
        if why is not None and self.isVisible():
            (self.password if self.name.text() else self.name).setFocus()

    def _forget_secrets(self) -> None:
        self._badge = ""
        for field in (self.password, self.repeated, self.pin):
            field.clear()

    def _arrange(self) -> None:
        """Show the fields that are needed now."""
        with_badge = bool(self._badge)
        shown = (not with_badge, not with_badge, self._first, with_badge)
        for label, field, visible in zip(self._labels, self._fields, shown, strict=True):
            label.setVisible(visible)
            field.setVisible(visible)
            field.setEnabled(self._attached and not self._busy)
        self._said.setVisible(bool(self._said.text()))
        self.go.setEnabled(self._attached and not self._busy)
        code = "shell.sign.make" if self._first else "shell.sign.go"
        self.go.set_look(self.theme, say("shell.sign.checking" if self._busy else code, self._language))
        if self.isVisible():
            self.place()

    def open_panel(self) -> None:
        """Show the panel, ready to type."""
        self._said.clear()
        self._forget_secrets()
        self._arrange()
        super().open_panel()
        (self.password if self.name.text() else self.name).setFocus()

    def close_panel(self) -> None:
        """Hide the panel, and forget what was typed."""
        self._forget_secrets()
        super().close_panel()

    @QtCore.Slot()
    def _go(self) -> None:
        """Ask, with what stands in the fields."""
        if self._busy or not self._attached:
            return
        make = self._message()
        if make is None:
            self._arrange()
            return
        self._busy = True
        self._said.clear()
        self._arrange()
        self.ask_requested.emit(make)

    def _message(self) -> Callable[[int], Any] | None:
        """Make the ask; None, and the reason is said, when something is missing."""
        language = self._language
        if self._badge:
            badge, pin = self._badge, self.pin.text()
            return lambda number: AskBadge(number=number, badge=badge, pin=pin)
        name, password = self.name.text().strip(), self.password.text()
        if not name or not password:
            self._said.setText(say("shell.sign.missing", language))
            return None
        if self._first:
            if password != self.repeated.text():
                self._said.setText(say("shell.sign.differ", language))
                return None
            return lambda number: AskFirstAdministrator(number=number, name=name, password=password)
        return lambda number: AskSignIn(number=number, name=name, password=password)

    def _take_badge(self, badge: str) -> None:
        """A badge was read: only its PIN is missing."""
        for field, text in self._texts_before.items():
            field.setText(text)
        self._badge = badge
        self._said.setText(say("shell.sign.badge_read", self._language))
        self._arrange()
        self.pin.setFocus()

    def sizeHint(self) -> QtCore.QSize:
        """As high as its words and fields need at its width."""
        layout = self.layout()
        if layout is None:
            return super().sizeHint()
        height = layout.heightForWidth(WIDTH) if layout.hasHeightForWidth() else 0
        return QtCore.QSize(WIDTH, max(height, layout.minimumSize().height()))

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        """Look for a badge among the keys; Enter asks."""
        if not isinstance(event, QtGui.QKeyEvent) or event.type() is not QtCore.QEvent.Type.KeyPress:
            return False
        ends = event.key() in (QtCore.Qt.Key.Key_Return, QtCore.Qt.Key.Key_Enter)
        if not ends and not self._wedge.running:
            self._texts_before = {field: field.text() for field in (self.name, self.password, self.repeated)}
        badge = self._wedge.feed(event.text(), ends=ends)
        if badge and not self._first and watched is not self.pin:
            self._take_badge(badge)
            return True
        if ends and isinstance(watched, QtWidgets.QLineEdit):
            if not event.isAutoRepeat():
                self._go()
            return True
        return False
