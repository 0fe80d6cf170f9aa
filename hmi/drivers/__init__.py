"""Drivers: one package a protocol. They do not know each other and know nothing of the engine."""
