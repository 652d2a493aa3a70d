"""A copy of the project made of links, with one more file in it.

Tests have to run where they will stand, because settings, conftest files and imports depend on the place; but nothing
may be written into the tree before it is proven. So the folders on the way to the file are real, everything beside them
is a link.
"""

import os
from pathlib import Path


def build_farm(root: str, farm: Path, file: str, text: str) -> Path:
    """Make the copy in the empty folder `farm` with `text` as the file `file`; return the file's path."""
    source, place = Path(root), farm
    parts = Path(file).parts
    for position in range(len(parts)):
        place.mkdir(exist_ok=True)
        kept = parts[position]
        if source.is_dir():
            for entry in os.scandir(source):
                if entry.name not in (kept, ".git", ".orchestrate", "__pycache__"):
                    (place / entry.name).symlink_to(Path(source, entry.name).resolve())
        source, place = source / kept, place / kept
    place.write_text(text, encoding="utf-8")
    return place
