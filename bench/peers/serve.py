"""What every peer is to the harness: a process that says it is ready and then does what each line of its input says.

run NAME            one repetition: {"seconds": s}
answers NAME<tab>DIR  a repetition, and its answers as DIR/COLUMN.i32, one number a contact
"""
import json
import resource
import sys
import time


def say(message):
    print(json.dumps(message), flush=True)


def serve(ready, runs, answers):
    """`runs`: name -> function of one repetition. `answers`: name -> function that gives {column: int32 array}."""
    import numpy

    say({"names": list(runs), **ready})
    for line in sys.stdin:
        command, _, rest = line.rstrip("\n").partition(" ")
        name, _, folder = rest.partition("\t")
        begin = time.monotonic()
        runs[name]()
        seconds = time.monotonic() - begin
        if command == "answers":
            for column, values in answers(name).items():
                numpy.asarray(values).astype("<i4").tofile(f"{folder}/{column}.i32")
        say({"seconds": seconds, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024})
