"""TOML, above all pyproject.toml: tomlkit writes, and what it would touch beyond the edit is refused."""
