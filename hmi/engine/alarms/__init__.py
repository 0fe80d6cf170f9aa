"""Alarms after ISA-18.2: conditions judged in columns, a state table as data, a journal row for every step.

Engine process, event loop. `alarm_plan` makes a project's alarms ready (in a thread), `AlarmDesk` works with them.
"""

from hmi.engine.alarms.desk import AlarmDesk
from hmi.engine.alarms.plan import AlarmPlan, alarm_plan
from hmi.engine.alarms.timer import AlarmTimer

__all__ = ["AlarmDesk", "AlarmPlan", "AlarmTimer", "alarm_plan"]
