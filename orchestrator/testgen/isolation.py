"""A network of its own for children, where the kernel allows it: nothing that a test tries to reach is there."""

from orchestrator.contracts import Processes


async def find_isolation(processes: Processes) -> tuple[str, ...]:
    """Return the argv that gives a child a network of its own; empty where the system does not allow it."""
    program = processes.find("unshare")
    if program is None:
        return ()
    finished = await processes.run((program, "-rn", "true"))
    return (program, "-rn", "--") if finished.exit_code == 0 else ()
