"""What is said when the project's own runner cannot load a module."""

from orchestrator.testgen.typescript.complaints import what_went_wrong

JEST = """
● Validation Warning:
  Unknown option "x".
Error: Jest: Failed to parse the TypeScript config file /p/jest.config.ts
  Error: Jest: 'ts-node' is required for the TypeScript configuration files.
    at readConfig (/p/node_modules/jest-config/build/index.js:918:7)
    at async Object.run (/p/node_modules/jest-cli/build/index.js:656:9)
"""


def test_the_first_error_is_told_without_its_stack() -> None:
    assert what_went_wrong(JEST) == (
        "Error: Jest: Failed to parse the TypeScript config file /p/jest.config.ts "
        "Error: Jest: 'ts-node' is required for the TypeScript configuration files."
    )


def test_a_complaint_without_an_error_is_told_from_its_beginning() -> None:
    assert what_went_wrong("\n  killed\n at x (y)\n") == "killed"
    assert what_went_wrong("") == ""
    assert len(what_went_wrong("word " * 1000)) <= 600
