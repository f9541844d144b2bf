#!/usr/bin/env python3
"""Waits until the server that the environment names answers, and makes an empty bucket (S3) or container (Azure) there.

    bucket.py NAME [--while-alive PID]     exits 1 when the server's process is gone or half a minute has passed
"""
import argparse
import os
import sys
import time

PATIENCE_SECONDS = 30


def make_bucket(name):
    if "AZURE_ENDPOINT" in os.environ:
        from clients import azure_container
        azure_container(name, quick=True).create_container()
    else:
        from clients import s3_client
        s3_client(quick=True).create_bucket(Bucket=name)


def alive(pid):
    return pid is None or os.path.exists(f"/proc/{pid}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--while-alive", type=int, metavar="PID")
    arguments = parser.parse_args()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            make_bucket(arguments.name)
            return 0
        except Exception as error:  # any answer but success is "not yet" until the time is over
            if not alive(arguments.while_alive) or time.monotonic() > deadline:
                print(f"no bucket {arguments.name}: {error}", file=sys.stderr)
                return 1
        time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main())
