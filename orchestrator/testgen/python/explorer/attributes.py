"""Which attributes of an object a test may speak of."""


def public_attributes(value: object) -> list[str]:
    """Return the names of what it holds and shows."""
    own = [name for name in getattr(value, "__dict__", {}) if not name.startswith("_")]
    properties = [
        name
        for kind in type(value).__mro__
        for name, each in vars(kind).items()
        if isinstance(each, property) and not name.startswith("_")
    ]
    slots = [
        name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ()) if not str(name).startswith("_")
    ]
    return list(dict.fromkeys([*own, *slots, *properties]))
