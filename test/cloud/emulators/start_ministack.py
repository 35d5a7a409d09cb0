"""Starts ministack with four additions: a Lambda's error keeps its name, as on AWS, so that a workflow's Retry and Catch can match it; a state machine's
Batch jobs, which it does not run, are submitted to the endpoint that TASK_ENDPOINT names, as Step Functions submits them and waits; policies see the
resources and condition keys that AWS documents for KMS, SES, EventBridge and conditional writes to S3, where it leaves them out; and a request over the loopback interface counts as
one over TLS, which the buckets' policies demand.

Trap: its Node worker reports every error as Runtime.HandlerError; the name is in the first line of the stack ("NAME: message").
"""

import json
import os
import re
import sys
import time
import urllib.request
from contextvars import ContextVar

from ministack.core import iam_actions, iam_evaluator
from ministack.services import kms, lambda_svc, stepfunctions

NAME = re.compile(r"^([A-Za-z_][A-Za-z0-9_.]*)(?::|$)", re.MULTILINE)
JOB = "arn:aws:states:::batch:submitJob.sync"
run = lambda_svc._execute_function_warm
invoke = stepfunctions._invoke_resource


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


def ask_batch(path, body):
    request = urllib.request.Request(
        os.environ["TASK_ENDPOINT"] + path, json.dumps(body).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def run_job(request):
    named = {key[0].lower() + key[1:]: value for key, value in request.items()}
    job_id = ask_batch("/v1/submitjob", named)["jobId"]
    while True:
        job = ask_batch("/v1/describejobs", {"jobs": [job_id]})["jobs"][0]
        if job["status"] == "SUCCEEDED":
            return job
        if job["status"] == "FAILED":
            raise stepfunctions._ExecutionError("States.TaskFailed", json.dumps(job))
        time.sleep(0.2)


def invoke_or_run_job(resource, input_data):
    return run_job(input_data) if resource == JOB and "TASK_ENDPOINT" in os.environ else invoke(resource, input_data)


def s3_keys(iam_action, query_params, path="", headers=None):
    keys = dict(known_s3_keys(iam_action, query_params, path, headers))
    if iam_action == "s3:PutObject":
        keys["s3:ObjectCreationOperation"] = "false" if "partNumber" in (query_params or {}) else "true"
        if (headers or {}).get("if-none-match"):
            keys["s3:if-none-match"] = headers["if-none-match"]
    return keys


def keys_of_body(service, iam_action, body, params):
    keys = dict(known_keys(service, iam_action, body, params))
    if service not in ("kms", "events"):
        return keys
    request = json.loads(body or b"{}")
    context = request.get("EncryptionContext") or {}
    if context:
        keys["kms:EncryptionContextKeys"] = list(context)
        keys.update({f"kms:EncryptionContext:{name}": value for name, value in context.items()})
    for name in ("SigningAlgorithm", "MessageType", "KeySpec", "KeyUsage"):
        if name in request:
            keys[f"kms:{name}"] = request[name]
    if str(request.get("KeyId", "")).startswith("alias/"):
        keys["kms:RequestAlias"] = request["KeyId"]
    sources = {entry.get("Source") for entry in request.get("Entries", [])}
    if len(sources) == 1:
        keys["events:source"] = sources.pop()
    return keys


def resource_of(service, method, path, headers, body, query_params, region, account):
    """A key behind its alias, an alias that is given or moved, the identity that a mail is sent from, the state machine whose task waits for a token.

    AWS looks at the right to the key as well where an alias is given to it; here only one resource is looked at.
    """
    if service == "kms" and b'"AliasName"' in (body or b""):
        return f"arn:aws:kms:{region}:{account}:{json.loads(body)['AliasName']}"
    arn = known_resource(service, method, path, headers, body, query_params, region, account)
    if service == "kms" and ":alias/" in arn and kms._aliases.get(arn):
        return f"arn:aws:kms:{region}:{account}:key/{kms._aliases.get(arn)}"
    if service == "ses" and path.endswith("/outbound-emails"):
        sender.set(json.loads(body or b"{}").get("FromEmailAddress"))
        return f"arn:aws:ses:{region}:{account}:identity/{sender.get()}"
    if service == "states" and b'"taskToken"' in (body or b""):
        machines = stepfunctions._state_machines.items()
        return next((arn for arn, machine in machines if "waitForTaskToken" in str(machine["definition"])), arn)
    return arn


def enforce_with_sender(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
    if iam_action == "ses:SendEmail":
        service_context = {**(service_context or {}), "ses:FromAddress": sender.get()}
    return enforce(access_key_id, iam_action, service, region, resource_arn, service_context)


def as_if_over_tls(source_ip, _):
    pin_origin(source_ip, True)


sender = ContextVar("sender", default=None)
known_resource, iam_actions.extract_resource_arn = iam_actions.extract_resource_arn, resource_of
enforce, iam_evaluator.enforce = iam_evaluator.enforce, enforce_with_sender
pin_origin, iam_evaluator.pin_request_origin = iam_evaluator.pin_request_origin, as_if_over_tls
known_s3_keys, iam_actions.s3_service_context = iam_actions.s3_service_context, s3_keys
known_keys, iam_actions.request_tag_context = iam_actions.request_tag_context, keys_of_body
lambda_svc._execute_function_warm = run_and_name_the_error
stepfunctions._invoke_resource = invoke_or_run_job

if __name__ == "__main__":
    from ministack.app import main

    sys.exit(main())
