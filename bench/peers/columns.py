"""The columns that `bench_engine` dumps, as arrow tables. `rows` limits them to the first contacts and their events."""
import json
import os

import numpy as np
import pyarrow as pa

NUMBERS = {"i1": "int8", "i2": "int16", "i4": "int32", "i8": "int64"}


def _array(folder, column, keep):
    values = np.fromfile(os.path.join(folder, f"{column['table']}.{column['name']}.bin"), dtype=NUMBERS[column["type"]])
    values = values[keep]
    mask = values == column["unknown"] if "unknown" in column else None
    if "texts" in column:
        codes = pa.array(values.astype("int32"), mask=mask)
        return pa.DictionaryArray.from_arrays(codes, pa.array(column["texts"]))
    if column["name"] == "do_not_email":
        return pa.array(values == 1)
    if column["name"] == "created":
        return pa.array(values.astype("int32"), mask=mask).cast(pa.date32())
    return pa.array(values, mask=mask)


def tables(folder, rows, events):
    """{table: arrow table}; contacts and companies get their row as `id`. Events only if asked for."""
    with open(os.path.join(folder, "columns.json")) as file:
        columns = json.load(file)
    result = {}
    for table in ["contacts", "companies"] + (["email_open", "page_view"] if events else []):
        own = [c for c in columns if c["table"] == table]
        keep = slice(None)
        if table == "contacts":
            keep = slice(rows)
        elif table != "companies":
            # Events lie contact by contact.
            contact = np.fromfile(os.path.join(folder, f"{table}.contact.bin"), dtype="int32")
            keep = slice(int(np.searchsorted(contact, rows)))
        arrays = {c["name"]: _array(folder, c, keep) for c in own}
        if table in ("contacts", "companies"):
            arrays = {"id": pa.array(np.arange(len(next(iter(arrays.values()))), dtype="int32")), **arrays}
        result[table] = pa.table(arrays)
    return result
