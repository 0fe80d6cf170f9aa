"""Words of the plant: tag, quality, value, device, screen, command. Pure data, used by every process; no I/O, no Qt."""
