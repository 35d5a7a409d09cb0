"""Starts LocalStack's services without Docker, on the loopback interface alone; workflow tasks go to the endpoint that TASK_ENDPOINT names.

Its server drops the host of GATEWAY_LISTEN for IPv4 and would listen to every network. Step Functions' tasks for Lambda and Batch, which this edition
does not run without Docker, are sent to the tests' own step handlers and job queue. The end of a job is what Batch says: beside it LocalStack listens for the
task's token, whose listener a failed attempt leaves interrupted, so that every retry would time out at once.
Trap: the first two replacements must be in place before services load.
"""

import os

import boto3
from botocore.config import Config
from localstack.services.stepfunctions.asl.utils import boto_client
from twisted.internet import endpoints

ELSEWHERE = {"lambda", "batch"}
listen = endpoints.TCP4ServerEndpoint
inside = boto_client.boto_client_for
once = Config(
    parameter_validation=False, retries={"total_max_attempts": 1}, read_timeout=900, max_pool_connections=64
)
clients = {
    service: boto3.client(
        service,
        endpoint_url=os.environ["TASK_ENDPOINT"],
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=once,
    )
    for service in ELSEWHERE
}


def listen_here(reactor, port, **_):
    return listen(reactor, port, interface="127.0.0.1")


def client_for(service, region, state_credentials):
    if service in ELSEWHERE:
        return clients[service]
    return inside(service, region, state_credentials)


def without_token(self, **arguments):
    return eval_sync(self, **{**arguments, "callback_endpoint": None, "heartbeat_endpoint": None})


endpoints.TCP4ServerEndpoint = listen_here
boto_client.boto_client_for = client_for

from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service import (  # noqa: E402
    state_task_service_callback as callback,
)

eval_sync = callback.StateTaskServiceCallback._eval_sync
callback.StateTaskServiceCallback._eval_sync = without_token

if __name__ == "__main__":
    from localstack.runtime.main import main

    main()
