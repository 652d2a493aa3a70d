"""Dockerfiles: read line by line as BuildKit does, edited by patches."""
