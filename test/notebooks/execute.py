"""Runs one notebook on a kernel and writes it with its outputs: execute.py NOTEBOOK RESULT [KERNEL [solutions]]

With solutions, the code that answers an exercise runs behind it, as a cell whose id begins with "solution".
"""

import re
import sys

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

source, result, *kernel = sys.argv[1:]
notebook = nbformat.read(source, as_version=4)
for cell in notebook.cells:
    if cell.cell_type == "code":
        cell.outputs = []
        cell.execution_count = None
if kernel[1:] == ["solutions"]:
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        for code in re.findall(r"<details>.*?```ts\n(.*?)```", cell.source, re.S) if cell.cell_type == "markdown" else []:
            cells.append(nbformat.v4.new_code_cell(code, id=f"solution-{len(cells)}"))
    notebook.cells = cells
client = NotebookClient(
    notebook,
    kernel_name=kernel[0] if kernel else "fewscope",
    timeout=None,
    resources={"metadata": {"path": source.rpartition("/")[0] or "."}},
    record_timing=False,
)
failed = False
try:
    client.execute()
except CellExecutionError as error:
    failed = True
    print(error, file=sys.stderr)
finally:
    nbformat.write(notebook, result)
sys.exit(1 if failed else 0)
