"""Run notebooks and keep what can be stored: fingerprints, execution, outputs."""

import ast
import copy
import hashlib
import re
import sys

import stamps
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from tqdm import tqdm

WIDGET = "application/vnd.jupyter.widget-view+json"


def code_cells(notebook):
    """Return the code cells of a notebook."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def fingerprint(notebook):
    """Return a hash of all that decides the outputs: code, the helpers it imports, data, style.

    The set-up cell is left out, so that a new address of the repository executes nothing.
    """
    code = [cell.source for cell in code_cells(notebook) if cell.id != "setup"]
    digest = hashlib.sha256("\0".join(code).encode())
    others = [*(stamps.ROOT / "data").glob("*.csv*"), *(stamps.ROOT / "utils").glob("*.mplstyle")]
    for path in [*helpers("\n".join(code)), *sorted(others)]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def helpers(code):
    """Return the files of `utils/` that `code` imports, directly or through one another, sorted.

    The `__init__.py` of each package on the way is run too.
    """
    files, waiting = set(), [code]
    while waiting:
        for module in imported_modules(waiting.pop()):
            base = stamps.ROOT / module.replace(".", "/")
            packages = [folder for folder in (base, *base.parents) if stamps.ROOT in folder.parents]
            for path in (base.with_suffix(".py"), *(p / "__init__.py" for p in packages)):
                if path.exists() and path not in files:
                    files.add(path)
                    waiting.append(path.read_text(encoding="utf-8"))
    return sorted(files)


def imported_modules(code):
    """Return the names of the modules of `utils` that `code` imports, anywhere in it."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        yield from (name for name in names if name.startswith("utils."))
    for chapter in set(re.findall(r'check\("(\d\d)-', code)):  # `check` imports these by name
        yield f"utils.exercises.chapter_{chapter}"


def execute(notebook, path):
    """Run the notebook in its own folder and keep the outputs that can be stored."""
    total = len(code_cells(notebook))
    with tqdm(total=total, desc=path.stem, unit="cell") as bar:
        client = NotebookClient(
            notebook,
            timeout=600,
            kernel_name="python3",
            resources={"metadata": {"path": str(stamps.ROOT / "notebooks")}},
            store_widget_state=False,
            record_timing=False,
            coalesce_streams=True,
            on_cell_start=lambda cell, cell_index: bar.set_postfix_str(cell.id, refresh=False),
            on_cell_executed=lambda cell, cell_index, execute_reply: bar.update(),
        )
        try:
            client.execute()
        except CellExecutionError as error:
            message = re.sub(r"\x1b\[[\d;]*m", "", str(error))  # without IPython's colours
            sys.exit(f"{source_line(path, notebook, message)}\n{message}")
    notebook.metadata["language_info"] = {"name": "python"}
    for output in (output for cell in code_cells(notebook) for output in cell.outputs):
        output.get("data", {}).pop(WIDGET, None)  # a live widget cannot be stored; its text can


def source_line(path, notebook, message):
    """Return "file:line: cell id" of the source line at which the notebook stopped."""
    failing = [cell for cell in code_cells(notebook) if cell.execution_count][-1]
    lines = path.read_text(encoding="utf-8").splitlines()
    start = next(n for n, line in enumerate(lines, 1) if f'id="{failing.id}"' in line)
    within = re.search(r"Cell In\s*\[\d+\], line (\d+)", message)
    line = start + int(within.group(1)) if within and failing.id != "setup" else start
    return f"notebooks/sources/{path.name}:{line}: cell {failing.id!r} failed"


def copy_outputs(old, new):
    """Give the code cells of `new` the outputs and counts of the cells of `old` with their ids."""
    stored = {cell.id: cell for cell in code_cells(old)}
    for cell in code_cells(new):
        if cell.id in stored:
            cell.outputs = copy.deepcopy(stored[cell.id].outputs)
            cell.execution_count = stored[cell.id].execution_count
