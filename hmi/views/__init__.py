"""Pages of ordinary widgets: alarms with banner, list, guidance and journal. GUI thread, joined by `hmi.shell`."""
