"""The actions that edit Dockerfiles."""
