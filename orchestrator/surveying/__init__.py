"""What a repository is made of: languages, packages, test suites, modules, pipeline; and how much its tests reach."""
