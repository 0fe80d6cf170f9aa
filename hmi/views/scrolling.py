"""How scroll bars look: wide enough to be seen, in the colours of the theme. GUI thread, for the pages."""

from hmi.display.theme import Theme


def scroll_style(theme: Theme) -> str:
    """Give the style sheet of upright scroll bars."""
    tokens = theme.tokens
    return (
        f"QScrollBar:vertical {{ background: {tokens['well']}; width: 14px; border: none; }}"
        f"QScrollBar::handle:vertical {{ background: {tokens['edge']}; min-height: 40px; border-radius: 4px;"
        " margin: 2px; }"
        "QScrollBar::add-line, QScrollBar::sub-line { height: 0; }"
    )
