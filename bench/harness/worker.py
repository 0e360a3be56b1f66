"""A process that holds data and does one repetition at a time, so that repetitions of all can be interleaved."""
import json
import subprocess


class WorkerFailed(Exception):
    pass


class Worker:
    def __init__(self, name, command):
        self.name = name
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ready = self._answer()

    def _answer(self):
        # Libraries may print; an answer is a line of JSON.
        for line in self._process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        raise WorkerFailed(f"{self.name} ended with exit code {self._process.wait()}")

    def ask(self, text):
        try:
            self._process.stdin.write(text + "\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise WorkerFailed(f"{self.name} is gone") from error
        return self._answer()

    def run(self, what):
        return self.ask(f"run {what}")

    def answers(self, what, folder):
        return self.ask(f"answers {what}\t{folder}")

    def close(self):
        self._process.stdin.close()
        self._process.wait()
