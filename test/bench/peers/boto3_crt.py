"""Peer of the benchmark: boto3 with the AWS Common Runtime. Arguments: endpoint, CA file or -, bucket, key or prefix/, directory."""

import os
import sys

import boto3
from botocore.config import Config
from botocore.session import Session
from s3transfer.crt import (
    BotocoreCRTCredentialsWrapper,
    BotocoreCRTRequestSerializer,
    CRTTransferManager,
    create_s3_crt_client,
)

IN_FLIGHT = 1000


def main():
    endpoint, ca, bucket, path, directory = sys.argv[1:]
    tls = endpoint.startswith("https:")
    verify = None if ca == "-" else ca
    path_style = Config(s3={"addressing_style": "path"})
    region = os.environ["AWS_REGION"]
    session = Session()
    credentials = BotocoreCRTCredentialsWrapper(session.get_credentials())
    runtime = create_s3_crt_client(
        region,
        crt_credentials_provider=credentials.to_crt_credentials_provider(),
        target_throughput=20 * 10**9 // 8,
        use_ssl=tls,
        verify=verify,
    )
    serializer = BotocoreCRTRequestSerializer(
        session, {"region_name": region, "endpoint_url": endpoint, "config": path_style}
    )
    with CRTTransferManager(runtime, serializer) as manager:
        if not path.endswith("/"):
            target = os.path.join(directory, os.path.basename(path))
            manager.download(bucket, path, target).result()
            return
        client = boto3.client("s3", region_name=region, endpoint_url=endpoint, config=path_style, verify=verify)
        made, waiting = set(), []
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=path):
            for entry in page.get("Contents", []):
                target = os.path.join(directory, entry["Key"][len(path):])
                parent = os.path.dirname(target)
                if parent not in made:
                    os.makedirs(parent, exist_ok=True)
                    made.add(parent)
                waiting.append(manager.download(bucket, entry["Key"], target))
                if len(waiting) >= IN_FLIGHT:
                    for future in waiting:
                        future.result()
                    waiting.clear()
        for future in waiting:
            future.result()


main()
