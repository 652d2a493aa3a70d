"""A run in small, started by the tests of the supervisor: `engine_under_test.py MODE ROOT RUN SCRIPT`.

MODE `plain` runs without a supervisor's tricks, `timeout` ends the child after SECONDS. Signals stop it in order.
"""

import asyncio
import os
import sys

from orchestrator.processes.attempt import ProcessFactory
from orchestrator.processes.redact import Redactor
from orchestrator.processes.signals import StopSignals
from orchestrator.processes.supervisor import supervise


def engine() -> int:
    return asyncio.run(run())


def announce(root: str) -> None:
    with open(f"{root}/engine.new", "w") as file:
        file.write(f"{os.getppid()} {os.getpid()}")
    os.rename(f"{root}/engine.new", f"{root}/engine")


async def run() -> int:
    mode, root, name, script = sys.argv[1:5]
    factory = ProcessFactory(root, f"{root}/.orchestrate/logs", Redactor({}), grace=0.3)
    attempt = factory.for_attempt(name, "1.1", 1, {})
    codes: list[int] = []

    async def work() -> None:
        async with asyncio.timeout(0.5 if mode == "timeout" else None):
            await attempt.run(["sh", "-c", script])

    job = asyncio.create_task(work())

    def stop(signum: int, times: int) -> None:
        with open(f"{root}/requests", "a") as file:
            file.write(f"{signum} {times}\n")
        codes.append(128 + signum)
        job.cancel()

    with StopSignals(asyncio.get_running_loop(), stop):
        announce(root)
        try:
            await job
        except TimeoutError:
            return 1
        except asyncio.CancelledError:
            return codes[0]
        finally:
            factory.close()
    return 0


if __name__ == "__main__":
    sys.exit(supervise(engine))
