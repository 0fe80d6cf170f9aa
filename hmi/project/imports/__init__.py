"""Makes projects of foreign lists: `tags_csv` reads a table of tags, `overview` draws a first screen for them.

Headless.
"""

from hmi.project.imports._table import table_content
from hmi.project.imports.new_project import NewProject, empty_project, import_tags
from hmi.project.imports.tags_csv import TagTable, read_tag_table

__all__ = ["NewProject", "TagTable", "empty_project", "import_tags", "read_tag_table", "table_content"]
