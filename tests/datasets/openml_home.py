"""A data set in OpenML's own format, where scikit-learn keeps what it has downloaded."""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

NAME, VERSION, NUMBER = "toy-credit", 2, 4242

COLUMNS = {
    "row": "numeric",
    "amount": "numeric",
    "Purpose": "nominal",
    "dependants": "nominal",
    "remark": "string",
    "class": "nominal",
}

ROWS = [
    f"{row},{row * 1.5 if row % 6 else '?'},{purpose},{row % 3},'note {row % 2}',{answer}"
    for row in range(30)
    for purpose, answer in [
        (("'new car'", "radio", "?")[row % 3], ("good", "bad")[row % 2]),
    ]
]


def arff() -> bytes:
    kinds = {
        "Purpose": "{radio,'new car'}",
        "dependants": "{0,1,2}",
        "remark": "STRING",
        "class": "{good,bad}",
    }
    lines = ["@RELATION toy", *(f"@ATTRIBUTE {name} {kinds.get(name, 'REAL')}" for name in COLUMNS)]
    return "\n".join([*lines, "@DATA", *ROWS, ""]).encode()


def put(home: Path, path: str, content: bytes) -> None:
    file = home / "openml" / "openml.org" / f"{path}.gz"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(gzip.compress(content))


def answers(home: Path, **changes: Any) -> None:
    """Write the answers of OpenML to all that scikit-learn asks about the data set."""
    url = f"data/v1/download/{NUMBER}/toy.arff"
    description = {
        "id": str(NUMBER),
        "name": NAME,
        "version": str(VERSION),
        "description": "made up",
        "format": "ARFF",
        "status": "active",
        "url": f"https://www.openml.org/{url}",
        "default_target_attribute": "class",
        "md5_checksum": hashlib.md5(arff(), usedforsecurity=False).hexdigest(),
        **changes,
    }
    columns = [
        {
            "index": str(index),
            "name": name,
            "data_type": kind,
            "is_target": str(name == "class").lower(),
            "is_ignore": "false",
            "is_row_identifier": str(name == "row").lower(),
            "number_of_missing_values": "0",
        }
        for index, (name, kind) in enumerate(COLUMNS.items())
    ]
    found = {"did": NUMBER, "name": NAME, "version": VERSION, "status": "active"}
    api = "api/v1/json/data"
    for path, answer in {
        f"{api}/list/data_name/{NAME}/limit/2/data_version/{VERSION}": {
            "data": {"dataset": [found]}
        },
        f"{api}/{NUMBER}": {"data_set_description": description},
        f"{api}/features/{NUMBER}": {"data_features": {"feature": columns}},
        f"{api}/qualities/{NUMBER}": {
            "data_qualities": {"quality": [{"name": "NumberOfInstances", "value": "30.0"}]}
        },
    }.items():
        put(home, path, json.dumps(answer).encode())
    put(home, url, arff())
