"""Run every test on several TensorFlows and processors; print a table: `make matrix`.

    python tests/matrix.py                                   everything, which takes hours
    python tests/matrix.py --versions 2.18 --variants default avx2
    python tests/matrix.py notebooks/03_gradient_descent_one_weight.ipynb --versions 2.18

Environments are made with uv, once, in `build/environments/`; what pytest said goes to
`build/matrix/`.
"""

import argparse
import subprocess
import sys
import xml.etree.ElementTree as ET

import opened

RESULTS = opened.ROOT / "build/matrix"

# A TensorFlow, and the Python for which it is tried.
VERSIONS = {"2.18": "3.10", "2.19": "3.11", "2.20": "3.13", "2.21": "3.12"}

# Environment variables; XLA's level 1 is what utils.reproducibility sets where nothing is set.
XLA_AVX2 = "--xla_cpu_max_isa=AVX2"  # TensorFlow 2.18 does not know it, and ends at an unknown flag
AVX2 = {
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "XLA_FLAGS": f"{XLA_AVX2} --xla_backend_optimization_level=1",
}
VARIANTS = {
    "default": {},
    "one-thread": {"TF_NUM_INTRAOP_THREADS": 1, "TF_NUM_INTEROP_THREADS": 1},
    "avx2": AVX2,
    "onednn": {"TF_ENABLE_ONEDNN_OPTS": 1},
}

# Each NumPy has its own names for AVX-512, and warns of one that it does not know.
NUMPY_FEATURES = """
import numpy as np
simd = (getattr(np, "_core", None) or np.core)._multiarray_umath
names = [name for name in simd.__cpu_dispatch__ if name.startswith(("AVX512", "X86_V4"))]
print(*[name for name in names if simd.__cpu_features__.get(name)])
"""


def environment(version):
    """Return the interpreter of the environment for TensorFlow `version`."""
    wanted = [f"tensorflow=={version}.*", "--requirements", "requirements-dev.txt"]
    return opened.environment(f"tensorflow-{version}", VERSIONS[version], wanted)


def numpy_without_avx512(python):
    """Return the variable by which NumPy leaves AVX-512 alone; empty where it uses none."""
    done = subprocess.run(
        [str(python), "-c", NUMPY_FEATURES], capture_output=True, text=True, check=True
    )
    return {"NPY_DISABLE_CPU_FEATURES": done.stdout.strip()} if done.stdout.strip() else {}


def run(version, variant, files):
    """Run pytest; return what it counted, such as "812 passed, 0 failed, 12 min".

    Behind "FAILED: " unless pytest returned 0: it may have found no test, or have ended in none.
    """
    python = environment(version)
    changed = dict(VARIANTS[variant])
    if variant == "avx2":
        changed |= numpy_without_avx512(python)
        if version == "2.18":
            changed["XLA_FLAGS"] = changed["XLA_FLAGS"].replace(XLA_AVX2, "").strip()
    RESULTS.mkdir(parents=True, exist_ok=True)
    report = RESULTS / f"{version}-{variant}.xml"
    report.unlink(missing_ok=True)  # of an earlier run
    command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += [f"--junitxml={report}", *files]
    with open(RESULTS / f"{version}-{variant}.txt", "w", encoding="utf-8") as log:
        done = subprocess.run(
            command, cwd=opened.ROOT, env=opened.variables(**changed), stdout=log, stderr=log
        )
    return ("FAILED: " if done.returncode else "") + counts(report)


def counts(path):
    """Return the counts in a report of pytest, in words."""
    if not path.exists():
        return "no report"
    suite = ET.parse(path).getroot().find("testsuite")
    total, skipped = int(suite.get("tests")), int(suite.get("skipped"))
    failed = int(suite.get("failures")) + int(suite.get("errors"))
    passed = f"{total - skipped - failed} passed, {failed} failed"
    return f"{passed}, {float(suite.get('time')) / 60:.0f} min"


def table(results, versions, variants):
    """Return the results as a Markdown table: a row a version, a column a variant."""
    rows = [["TensorFlow, Python", *variants], ["---"] * (len(variants) + 1)]
    for version in versions:
        said = [results[version, variant] for variant in variants]
        rows.append([f"{version}, {VERSIONS[version]}", *said])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def main():
    """Run the command line; the status is 1 where pytest did not pass."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--versions", nargs="+", choices=VERSIONS, default=list(VERSIONS))
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    parser.add_argument("files", nargs="*", help="what pytest runs (default: everything)")
    options = parser.parse_args()
    results = {}
    for version in options.versions:
        for variant in options.variants:
            results[version, variant] = said = run(version, variant, options.files)
            print(f"{version} {variant}: {said}", file=sys.stderr, flush=True)
    print(table(results, options.versions, options.variants))
    return any(said.startswith("FAILED") for said in results.values())


if __name__ == "__main__":
    sys.exit(main())
