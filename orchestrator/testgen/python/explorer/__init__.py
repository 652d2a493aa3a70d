"""What runs in the target's own interpreter: exploring a module, and watching tests while they prove themselves.

The package is loaded there under another name (`boot.py`), so that nothing of ours needs to be installed beside the
target and a target called `orchestrator` is no obstacle. Hence the relative imports, and no import but the standard
library's and, where tests run, pytest's.
"""
