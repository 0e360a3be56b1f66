"""Whole processes: how long from start to end, and how much memory at most."""
import json
import os
import subprocess
import tempfile
import time


class CommandFailed(Exception):
    pass


def run(command, allowed=(0,), environment=None):
    """(seconds, megabytes at most, standard output)."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begin = time.monotonic()
        process = subprocess.Popen(command, stdout=out, stderr=err, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        if process.returncode not in allowed:
            err.seek(0)
            raise CommandFailed(f"{' '.join(command)} ended with {process.returncode}: {err.read().decode(errors='replace')[-2000:]}")
        return seconds, usage.ru_maxrss // 1024, out.read().decode()


class Saiten:
    """The command over one project and one database."""

    def __init__(self, program, project, db):
        self.program = program
        # Machine code is kept in the user's cache; a benchmark has one of its own.
        self.cache = db + ".code"
        self.project = project
        self.db = db
        self._run_help = run([program, "run", "--help"])[2]

    def call(self, command, *arguments):
        return run([self.program, "-C", self.project, command, "--db", self.db, *arguments],
                   environment={**os.environ, "XDG_CACHE_HOME": self.cache})

    def knows(self, flag):
        return flag in self._run_help

    def score(self, as_of, *flags):
        """(seconds, megabytes, the run's report)."""
        seconds, peak, out = self.call("run", "--as-of", as_of, "--json", *flags)
        return seconds, peak, json.loads(out)
