"""End-to-end tests: Playwright specs out of what the running application answers."""
