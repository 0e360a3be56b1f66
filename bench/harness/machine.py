"""What a figure was measured on."""
import datetime
import os
import platform
import subprocess


def _line(path, key):
    try:
        with open(path) as file:
            for line in file:
                if line.startswith(key):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return ""


def _output(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def describe(root):
    flags = set(_line("/proc/cpuinfo", "flags").split())
    vector = "AVX-512" if "avx512bw" in flags else "AVX2" if "avx2" in flags else "no AVX2"
    lscpu = _output("lscpu").splitlines()
    cache = next((line.split(":", 1)[1].strip() for line in lscpu if line.strip().startswith("L3")), "unknown")
    return {
        "processor": f"{_line('/proc/cpuinfo', 'model name') or platform.processor()} "
                     f"(family {_line('/proc/cpuinfo', 'cpu family')}, model {_line('/proc/cpuinfo', 'model')})",
        "cores": len(os.sched_getaffinity(0)),
        "vector": vector,
        "l3": cache,
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "kernel": platform.release(),
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": _output("git", "-C", root, "rev-parse", "--short=10", "HEAD")
                  + ("+" if _output("git", "-C", root, "status", "--porcelain", "--untracked-files=no", "--", ".",
                                  ":!docs/performance", ":!docs/performance.md") else ""),
        "compiler": _output("c++", "--version").splitlines()[0] if _output("c++", "--version") else "",
        "load": round(os.getloadavg()[0], 2),
    }
