"""The process image: a memory-mapped table that the engine writes and windows read without asking."""
