"""The columns that `bench_engine` dumps, as arrow tables. `rows` limits them to the first contacts and their events."""
import json
import os

import numpy as np
import pyarrow as pa

NUMBERS = {"i1": "int8", "i2": "int16", "i4": "int32", "i8": "int64"}


def _array(folder, column, keep):
    path = os.path.join(folder, f"{column['table']}.{column['name']}.bin")
    values = np.memmap(path, dtype=NUMBERS[column["type"]], mode="r")[keep]
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
    """Yields (name, arrow table), one at a time because events are large; contacts and companies get their row as `id`.
    Events only if asked for."""
    with open(os.path.join(folder, "columns.json")) as file:
        columns = json.load(file)
    for table in ["contacts", "companies"] + (["email_open", "page_view"] if events else []):
        own = [c for c in columns if c["table"] == table]
        keep = slice(None)
        if table == "contacts":
            keep = slice(rows)
        elif table != "companies":
            # Events lie contact by contact.
            contact = np.memmap(os.path.join(folder, f"{table}.contact.bin"), dtype="int32", mode="r")
            keep = slice(int(np.searchsorted(contact, rows)))
        arrays = {c["name"]: _array(folder, c, keep) for c in own}
        if table in ("contacts", "companies"):
            # Their place in the table.
            arrays = {"id": pa.array(np.arange(len(next(iter(arrays.values()))), dtype="int32")), **arrays}
        yield table, pa.table(arrays)
