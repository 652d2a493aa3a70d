import sys
from pathlib import Path

# The shapes of process trees are those of the layer that starts children.
sys.path.append(str(Path(__file__).parent.parent / "processes"))
