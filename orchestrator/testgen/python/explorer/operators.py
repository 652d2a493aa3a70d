"""How calls of special methods are written, and which are left to the methods that run them."""

OPERATORS = {
    "__eq__": "{o} == {0}", "__ne__": "{o} != {0}", "__lt__": "{o} < {0}", "__le__": "{o} <= {0}",
    "__gt__": "{o} > {0}", "__ge__": "{o} >= {0}", "__add__": "{o} + {0}", "__radd__": "{0} + {o}",
    "__sub__": "{o} - {0}", "__rsub__": "{0} - {o}", "__mul__": "{o} * {0}", "__rmul__": "{0} * {o}",
    "__and__": "{o} & {0}", "__or__": "{o} | {0}", "__xor__": "{o} ^ {0}", "__truediv__": "{o} / {0}",
    "__floordiv__": "{o} // {0}", "__mod__": "{o} % {0}", "__pow__": "{o} ** {0}", "__neg__": "-{o}", "__pos__": "+{o}",
    "__invert__": "~{o}", "__len__": "len({o})", "__getitem__": "{o}[{0}]",
    "__iter__": "list(itertools.islice({o}, 20))",
    "__contains__": "{0} in {o}", "__str__": "str({o})", "__repr__": "repr({o})", "__bool__": "bool({o})",
    "__abs__": "abs({o})", "__int__": "int({o})", "__float__": "float({o})", "__reversed__": "list(reversed({o}))",
    "__hash__": "hash({o}) == hash(copy.copy({o}))", "__next__": "next({o})", "__copy__": "copy.copy({o})",
    "__setitem__": "operator.setitem({o}, {0}, {1})", "__delitem__": "operator.delitem({o}, {0})",
    "__iadd__": "operator.iadd({o}, {0})", "__isub__": "operator.isub({o}, {0})", "__ior__": "operator.ior({o}, {0})",
    "__iand__": "operator.iand({o}, {0})", "__ixor__": "operator.ixor({o}, {0})", "__rand__": "{0} & {o}",
    "__ror__": "{0} | {o}", "__rxor__": "{0} ^ {o}", "__rtruediv__": "{0} / {o}", "__divmod__": "divmod({o}, {0})",
    "__deepcopy__": "copy.deepcopy({o})", "__getattr__": "getattr({o}, {0})", "__bytes__": "bytes({o})",
    "__missing__": "{o}[{0}]", "__round__": "round({o})", "__index__": "operator.index({o})",
    "__setattr__": "setattr({o}, {0}, {1})", "__delattr__": "delattr({o}, {0})", "__format__": "format({o}, {0})",
    "__enter__": "enter({o})", "__exit__": "enter({o})", "__aenter__": "aenter({o})", "__aexit__": "aenter({o})",
    "__aiter__": "collect({o})", "__anext__": "anext({o})", "__await__": "awaited({o})",
    "__reduce__": "pickle.loads(pickle.dumps({o}))", "__getstate__": "pickle.loads(pickle.dumps({o}))",
    "__setstate__": "pickle.loads(pickle.dumps({o}))",
}  # fmt: skip
BINARY = frozenset(name for name, text in OPERATORS.items() if "{0}" in text and text[0] in "{" and "[" not in text)
NOT_TRIED = frozenset(
    [
        "__init__",
        "__new__",
        "__init_subclass__",
        "__post_init__",
        "__del__",
        "__class_getitem__",
        "__getattribute__",
        "__get__",
        "__set__",
        "__set_name__",
    ]
)
