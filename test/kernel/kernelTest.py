"""What jupyter_kernel_test asks of any kernel, asked of this one: kernelTest.py, with the kernel's spec on JUPYTER_PATH."""

import sys
import unittest

import jupyter_kernel_test

KERNEL = sys.argv[1]


class Kernel(jupyter_kernel_test.KernelTests):
    kernel_name = KERNEL
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = 'console.log("hello, world");'
    code_stderr = 'console.error("test");'
    completion_samples = [
        {"text": "[3].toSor", "matches": {"toSorted"}},
        {"text": "Math.cbr", "matches": {"cbrt"}},
    ]
    complete_code_samples = ["1", "const id = <T>(x: T) => x;", "function f() {\n}", "await 0"]
    incomplete_code_samples = ["function f() {", "const t = `two", "[1,", "/* more"]
    invalid_code_samples = ["const x = ;", "} else {", "'open"]
    code_page_something = "Math.max?"
    code_generate_error = 'throw new Error("wanted");'
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": '"a" + 1', "result": "'a1'"},
    ]
    code_display_data = [
        {"code": 'import { display } from "tslab";\ndisplay.html("<b>x</b>");', "mime": "text/html"},
        {
            "code": 'import { notebook } from "fewscope";\nnotebook.table([{ a: 1 }]);',
            "mime": "text/html",
        },
    ]
    code_history_pattern = "6 ?*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "Math.max("
    code_clear_output = "console.clear();"


class Welcome(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = KERNEL
    support_iopub_welcome = True


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
