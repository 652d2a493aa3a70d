"""The actions that edit JSON."""
