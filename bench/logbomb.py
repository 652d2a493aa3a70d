"""Let a child print 10 GB and see what it costs: memory, speed, and what is kept.

    python bench/logbomb.py [MEGABYTES]

Bars: less than 100 MB resident, at least 200 MB/s, nothing blocks, the log keeps its limit.
"""

import asyncio
import os
import resource
import sys
import tempfile
import time

from orchestrator.processes.attempt import ProcessFactory
from orchestrator.processes.redact import Redactor

SECRET = "c4n4ry-with-some-length"
# dd writes from a buffer of its own: the fastest child there is. `yes` shows lines, and lines are announced.
BOMBS = {
    "no line ends": ["sh", "-c", "dd if=/dev/zero bs=1M count={megabytes} 2>/dev/null"],
    "lines": ["sh", "-c", "yes 'a line of some length with words' | head -c {megabytes}M"],
    "lines, one secret": ["sh", "-c", "yes 'a line of some length with words' | head -c {megabytes}M"],
}


def main() -> None:
    """Run each bomb and print a line about it; peaks are those of the process so far."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 10_240
    print(f"{megabytes:,} MB of output per child")
    for name, argv in BOMBS.items():
        secrets = {"CANARY": SECRET} if "secret" in name else {}
        with tempfile.TemporaryDirectory() as folder:
            factory = ProcessFactory(folder, f"{folder}/logs", Redactor(secrets))
            attempt = factory.for_attempt("bench", "t", 1, {}, on_output=len)
            started = time.perf_counter()
            finished = asyncio.run(attempt.run([word.format(megabytes=megabytes) for word in argv]))
            seconds = time.perf_counter() - started
            factory.close()
            size = os.path.getsize(f"{folder}/{finished.log}")
        assert (finished.exit_code, finished.output_bytes) == (0, megabytes << 20)
        resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{name:20} {megabytes / seconds:7.0f} MB/s   peak {resident:4.0f} MB resident   log {size:,} bytes")


if __name__ == "__main__":
    main()
