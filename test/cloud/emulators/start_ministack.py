"""Starts ministack with one addition: a Lambda's error keeps its name, as on AWS, so that a workflow's Retry and Catch can match it.

Its Node worker reports every error as Runtime.HandlerError; the name is in the first line of the stack ("NAME: message").
"""

import re
import sys

from ministack.services import lambda_svc

NAME = re.compile(r"^([A-Za-z_][A-Za-z0-9_.]*)(?::|$)", re.MULTILINE)
run = lambda_svc._execute_function_warm


def run_and_name_the_error(func, event, request_id):
    result = run(func, event, request_id)
    body = result.get("body")
    if result.get("error") and isinstance(body, dict) and body.get("errorType") == "Runtime.HandlerError":
        message = body.get("errorMessage", "")
        lines = [line for line in result.get("log", "").splitlines() if message and message.splitlines()[0] in line]
        found = NAME.match(lines[-1]) if lines else None
        if found:
            body["errorType"] = found.group(1)
    return result


lambda_svc._execute_function_warm = run_and_name_the_error

if __name__ == "__main__":
    from ministack.app import main

    sys.exit(main())
