"""The first contacts as JSON for the engines that run in Node: sample.py FOLDER ROWS FILE. Dates are days of the epoch."""
import json
import sys

import numpy as np
import pyarrow as pa

import columns


def main():
    folder, rows, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    tables = dict(columns.tables(folder, rows, False))
    employees = tables["companies"]["employees"].to_pylist()
    contacts = tables["contacts"]
    values = {n: (contacts[n].cast(pa.int32()) if n == "created" else contacts[n]).to_pylist() for n in contacts.column_names}
    company = values.pop("company")
    values["company_employees"] = [None if c is None else employees[c] for c in company]
    with open(path, "w") as file:
        json.dump([dict(zip(values, row)) for row in zip(*values.values())], file)


if __name__ == "__main__":
    main()
