"""Clients for the servers of this folder, made from the lines that `NAME start` printed (by default: the environment)."""
import os


def s3_client(settings=os.environ, quick=False, secret=None):
    """An S3 client that sends each request once: a repeated conditional put would lose against itself."""
    import boto3
    from botocore.config import Config
    config = Config(
        retries={"total_max_attempts": 1},
        connect_timeout=2 if quick else 30,
        read_timeout=5 if quick else 60,
        max_pool_connections=64,
        s3={"addressing_style": "path"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return boto3.client(
        "s3",
        endpoint_url=settings["S3_ENDPOINT"],
        aws_access_key_id=settings["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=secret or settings["AWS_SECRET_ACCESS_KEY"],
        region_name=settings["AWS_REGION"],
        config=config,
    )


def azure_container(name, settings=os.environ, quick=False):
    """A client of one Azure container, also without repeats."""
    from azure.storage.blob import ContainerClient
    return ContainerClient(
        settings["AZURE_ENDPOINT"],
        name,
        credential=settings["AZURE_STORAGE_ACCOUNT_KEY"],
        retry_total=0,
        connection_timeout=2 if quick else 30,
        read_timeout=5 if quick else 60,
    )
