"""The peers' packages, installed beside the benchmark's data; never beside the sources."""
import json
import os
import shutil
import subprocess
import sys

PYTHON_PEERS = {"duckdb": "DuckDB", "polars": "Polars", "clickhouse": "ClickHouse (chdb)", "sqlite": "SQLite's SQL"}
NODE_PEERS = {"json_rules_engine": "json-rules-engine", "zen_engine": "zen-engine"}


class Peers:
    def __init__(self, sources, data, install):
        self.sources = sources
        self.python = os.path.join(data, "venv", "bin", "python")
        self.node = os.path.join(data, "node")
        self.skipped = {}  # name -> why
        self._prepare_python(os.path.join(data, "venv"), install)
        self._prepare_node(install)

    def _stamp_is(self, folder, file):
        """Whether `folder` was installed from just this list."""
        stamp = os.path.join(folder, "installed")
        return os.path.exists(stamp) and _read(stamp) == _read(os.path.join(self.sources, file))

    def _prepare_python(self, venv, install):
        if not self._stamp_is(venv, "requirements.txt"):
            if not install:
                return self._skip(PYTHON_PEERS, "its packages are not installed (./dev bench installs them)")
            print("installing the peers' Python packages", file=sys.stderr)
            requirements = os.path.join(self.sources, "requirements.txt")
            try:
                subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
                subprocess.run([self.python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", requirements], check=True)
            except (OSError, subprocess.CalledProcessError) as error:
                return self._skip(PYTHON_PEERS, f"its packages could not be installed: {error}")
            shutil.copy(requirements, os.path.join(venv, "installed"))

    def _prepare_node(self, install):
        if shutil.which("node") is None:
            return self._skip(NODE_PEERS, "there is no `node` here")
        if not self._stamp_is(self.node, "package.json"):
            if not install:
                return self._skip(NODE_PEERS, "its packages are not installed (./dev bench installs them)")
            print("installing the peers' Node packages", file=sys.stderr)
            os.makedirs(self.node, exist_ok=True)
            shutil.copy(os.path.join(self.sources, "package.json"), self.node)
            try:
                subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", self.node], check=True)
            except (OSError, subprocess.CalledProcessError) as error:
                return self._skip(NODE_PEERS, f"its packages could not be installed: {error}")
            shutil.copy(os.path.join(self.sources, "package.json"), os.path.join(self.node, "installed"))

    def _skip(self, names, why):
        self.skipped.update({label: why for label in names.values()})

    def has_python(self):
        return PYTHON_PEERS["duckdb"] not in self.skipped

    def python_command(self, peer, *arguments):
        """None where its packages are not there."""
        if PYTHON_PEERS.get(peer, PYTHON_PEERS["duckdb"]) in self.skipped:
            return None
        file = "sample.py" if peer == "sample" else f"{peer}_peer.py"
        return [self.python, os.path.join(self.sources, file), *map(str, arguments)]

    def node_command(self, peer, *arguments):
        if NODE_PEERS[peer] in self.skipped:
            return None
        return ["node", os.path.join(self.sources, f"{peer}.mjs"), self.node, *map(str, arguments)]


def _read(path):
    with open(path) as file:
        return file.read()
