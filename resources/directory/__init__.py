"""What company directories say: their specs and tables, exact look-up, and companies with similar names."""

from resources.directory.directory import Directory
from resources.directory.loading import load_directory

__all__ = ["Directory", "load_directory"]
