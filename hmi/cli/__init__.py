"""The command line: one file a verb, thin; everything that does the work is imported when the verb runs.

`hmi.cli.main` picks the verb. A verb's file offers `add(subparsers)`, which declares its arguments, and
`run(args) -> int`.
"""
