"""Draws screens: scene, frame clock, bindings, symbols. The window process, GUI thread."""
