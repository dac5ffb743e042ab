#!/usr/bin/env python3
"""Checks that spans reach a real OTLP receiver: Rotel (`pip install rotel==0.0.1a15`), on loopback.

    otlp.py [--trace-id HEX] [--spans N] -- COMMAND [ARGUMENT ...]

Rotel listens on free ports; COMMAND runs with OTLP_ENDPOINT set to its HTTP address and must send its spans there
before it ends. The trace id to look for is the one given, else the first `trace_id=HEX` that COMMAND prints.
Succeeds if COMMAND does, and Rotel has logged that trace id, with N spans if a number is given.
"""

import argparse
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time

PATIENCE_SECONDS = 20


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def rotel_agent():
    try:
        import rotel
    except ImportError:
        sys.exit("rotel is not installed for this Python; run `pip install rotel==0.0.1a15`")
    return pathlib.Path(rotel.__file__).parent / "rotel-agent"


def start_rotel(http_port, log):
    arguments = ["start", "--exporter", "blackhole", "--debug-log", "traces", "--debug-log-verbosity", "detailed"]
    arguments += ["--otlp-http-endpoint", f"127.0.0.1:{http_port}", "--otlp-grpc-endpoint", f"127.0.0.1:{free_port()}"]
    return subprocess.Popen([rotel_agent(), *arguments], stdout=log, stderr=subprocess.STDOUT)


def wait_until(holds):
    """Asks again until it holds or the patience is used up; whether it held."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not (held := holds()) and time.monotonic() < end:
        time.sleep(0.05)
    return held


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def spans_of(trace_id, log_path):
    return len(re.findall(rf"Trace ID\s*: {trace_id}\b", log_path.read_text(errors="replace")))


def run(command, http_port, trace_id):
    """Runs the command, shows what it printed, and returns the trace id to look for."""
    environment = {**os.environ, "OTLP_ENDPOINT": f"http://127.0.0.1:{http_port}"}
    result = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    sys.stdout.write(result.stdout)
    if result.returncode != 0:
        sys.exit(f"the command ended with {result.returncode}")
    found = re.search(r"\btrace_id=([0-9a-f]{32})\b", result.stdout)
    if not trace_id and not found:
        sys.exit("the command printed no `trace_id=…`; give one with --trace-id")
    return trace_id or found.group(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trace-id", type=str.lower)
    parser.add_argument("--spans", type=int)
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    wanted = 1 if arguments.spans is None else arguments.spans

    with tempfile.TemporaryDirectory() as folder:
        log_path = pathlib.Path(folder) / "rotel.log"
        http_port = free_port()
        with log_path.open("w") as log:
            rotel = start_rotel(http_port, log)
        try:
            if not wait_until(lambda: rotel.poll() is not None or listens(http_port)) or rotel.poll() is not None:
                sys.exit(f"rotel did not start:\n{log_path.read_text()}")
            trace_id = run(arguments.command, http_port, arguments.trace_id)
            arrived = wait_until(lambda: spans_of(trace_id, log_path) >= wanted)
        finally:
            rotel.terminate()
            rotel.wait()
        # All that it has taken is logged by now: a number that is given must be met, not passed.
        count = spans_of(trace_id, log_path)
        if not arrived or (arguments.spans is not None and count != arguments.spans):
            sys.exit(f"{count} spans of trace {trace_id} arrived, {wanted} expected:\n{log_path.read_text()}")
        print(f"{count} spans of trace {trace_id} arrived at rotel")


if __name__ == "__main__":
    main()
