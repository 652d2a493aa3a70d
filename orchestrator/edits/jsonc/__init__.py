"""JSON, also with comments and trailing commas: package.json, tsconfig.json, jest.config.json."""
