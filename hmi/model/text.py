"""Texts in both languages, as they stand in project files. Pure."""

from enum import StrEnum

import msgspec


class Language(StrEnum):
    """The languages of the product."""

    ZH = "zh-CN"
    EN = "en"


class Text(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A text in both languages. An empty language falls back on the other, so that nothing on a screen is blank."""

    zh: str = ""
    en: str = ""

    def pick(self, language: Language) -> str:
        """Give the words of one language, or those of the other where they are missing."""
        return (self.zh or self.en) if language is Language.ZH else (self.en or self.zh)

    def __bool__(self) -> bool:
        """Tell whether there are any words at all."""
        return bool(self.zh or self.en)
