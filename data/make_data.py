"""Make the data files of this folder from the copies that scikit-learn carries.

Run `python data/make_data.py` in an environment with scikit-learn. `data/SHA256SUMS` records the
files' checksums, which `utils/datasets.py` verifies at each load. The tables come out the same
everywhere; the compressed bytes may differ between versions of zlib.
"""

import gzip
import hashlib
import io
import pathlib

import numpy as np
from sklearn.datasets import load_diabetes, load_digits

FOLDER = pathlib.Path(__file__).resolve().parent


def csv_bytes(columns, table, number_format):
    """Return `table` as the bytes of a CSV file with the head line `columns`."""
    text = io.StringIO()
    np.savetxt(text, table, fmt=number_format, delimiter=",", header=",".join(columns), comments="")
    return text.getvalue().encode()


def main():
    """Write diabetes.csv, digits.csv.gz and SHA256SUMS."""
    diabetes = load_diabetes(scaled=False)
    digits = load_digits()
    pixels = [f"pixel_{row}_{column}" for row in range(8) for column in range(8)]
    diabetes_table = np.column_stack([diabetes.data, diabetes.target])
    digits_table = np.column_stack([digits.data, digits.target])
    digits_csv = csv_bytes([*pixels, "digit"], digits_table, "%d")
    files = {
        "diabetes.csv": csv_bytes(
            [*diabetes.feature_names, "progression"], diabetes_table, "%.10g"
        ),
        # Without a time stamp and at a fixed level, so that the same data gives the same bytes.
        "digits.csv.gz": gzip.compress(digits_csv, compresslevel=9, mtime=0),
    }
    sums = []
    for name, content in files.items():
        (FOLDER / name).write_bytes(content)
        sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
    (FOLDER / "SHA256SUMS").write_text("".join(sums), newline="\n")


if __name__ == "__main__":
    main()
