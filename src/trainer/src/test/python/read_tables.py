"""Compares the tables of a prediction, as pandas and pyarrow read them, with its lines: LINES CSV PARQUET."""
import json
import sys

import pandas
import pyarrow
import pyarrow.parquet

lines = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
csv = pandas.read_csv(sys.argv[2], float_precision="round_trip")
table = pyarrow.parquet.read_table(sys.argv[3])
assert list(csv.columns) == table.column_names, (csv.columns, table.column_names)
assert table.schema.field("modificationTime").type == pyarrow.timestamp("us", tz="UTC"), table.schema
rows = table.to_pylist()
assert len(rows) == len(csv) == len(lines)
for line, row, (_, cells) in zip(lines, rows, csv.iterrows()):
    assert line["path"] == row["path"] == cells["path"].removeprefix("./")
    assert line.get("score") == row["score"]
    assert line.get("problem") == row["error"]
    if "score" in line:
        assert line["score"] == cells["score"]
        assert line["anomalous"] == row["anomalous"] == (str(cells["anomalous"]) == "True")
        assert line["sha256"] == row["digest"] == cells["digest"]
        assert line["regions"] == json.loads(cells["regions"])
        boxes = [{name: region[name] for name in ("x", "y", "width", "height")} for region in row["regions"]]
        assert boxes == [region["box"] for region in line["regions"]], boxes
        assert [r["peak"] for r in row["regions"]] == [r["peak"] for r in line["regions"]]
        assert pandas.Timestamp(row["modificationTime"]) == pandas.Timestamp(line["modified"]).floor("us")
    else:
        assert pandas.isna(cells["score"]) and row["regions"] is None
print(len(rows), "rows equal")
