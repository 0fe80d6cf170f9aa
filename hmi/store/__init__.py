"""The station store: alarm journal, audit trail, users, sessions, station data. Only this room knows SQLAlchemy."""
