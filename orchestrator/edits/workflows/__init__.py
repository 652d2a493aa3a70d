"""GitHub workflows: a model of them, a checker, and the actions that edit them."""
