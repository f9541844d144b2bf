"""One set of verbs over an S3 bucket and an Azure container, so that one probe serves both.

`create` and `swap` return the new ETag, or None when the store refused because the condition does not hold.
"""
from clients import azure_container, s3_client


class S3Store:
    def __init__(self, settings, secret=None):
        self.bucket = settings["S3_BUCKET"]
        self.client = s3_client(settings, secret=secret)

    def create(self, key, body):
        return self._conditional(key, body, IfNoneMatch="*")

    def swap(self, key, body, etag):
        return self._conditional(key, body, IfMatch=etag)

    def _conditional(self, key, body, **condition):
        from botocore.exceptions import ClientError
        try:
            return self.client.put_object(Bucket=self.bucket, Key=key, Body=body, **condition)["ETag"]
        except ClientError as error:
            # 409: AWS's answer to a racer whose rival is not finished; no bytes were taken either.
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in (409, 412):
                return None
            raise

    def put(self, key, body):
        return self.client.put_object(Bucket=self.bucket, Key=key, Body=body)["ETag"]

    def get(self, key):
        answer = self.client.get_object(Bucket=self.bucket, Key=key)
        return answer["Body"].read(), answer["ETag"]

    def get_range(self, key, start, end):
        return self.client.get_object(Bucket=self.bucket, Key=key, Range=f"bytes={start}-{end - 1}")["Body"].read()

    def put_in_parts(self, key, parts):
        upload = self.client.create_multipart_upload(Bucket=self.bucket, Key=key)["UploadId"]
        done = []
        for number, part in enumerate(parts, 1):
            answer = self.client.upload_part(Bucket=self.bucket, Key=key, UploadId=upload, PartNumber=number, Body=part)
            done.append({"PartNumber": number, "ETag": answer["ETag"]})
        self.client.complete_multipart_upload(
            Bucket=self.bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": done})

    def list(self, prefix):
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=prefix, PaginationConfig={"PageSize": 7})
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def delete(self, key):
        self.client.delete_object(Bucket=self.bucket, Key=key)


class AzureStore:
    def __init__(self, settings, secret=None):
        settings = dict(settings, AZURE_STORAGE_ACCOUNT_KEY=secret or settings["AZURE_STORAGE_ACCOUNT_KEY"])
        self.container = azure_container(settings["AZURE_CONTAINER"], settings)

    def create(self, key, body):
        from azure.core import MatchConditions
        return self._conditional(key, body, match_condition=MatchConditions.IfMissing)

    def swap(self, key, body, etag):
        from azure.core import MatchConditions
        return self._conditional(key, body, etag=etag, match_condition=MatchConditions.IfNotModified)

    def _conditional(self, key, body, **condition):
        from azure.core.exceptions import HttpResponseError
        try:
            return self.container.get_blob_client(key).upload_blob(body, overwrite=True, **condition)["etag"]
        except HttpResponseError as error:
            if error.status_code in (409, 412):
                return None
            raise

    def put(self, key, body):
        return self.container.get_blob_client(key).upload_blob(body, overwrite=True)["etag"]

    def get(self, key):
        download = self.container.get_blob_client(key).download_blob()
        return download.readall(), download.properties.etag

    def get_range(self, key, start, end):
        return self.container.get_blob_client(key).download_blob(offset=start, length=end - start).readall()

    def put_in_parts(self, key, parts):
        from azure.storage.blob import BlobBlock
        blob, blocks = self.container.get_blob_client(key), []
        for number, part in enumerate(parts):
            blob.stage_block(f"{number:08}", part)
            blocks.append(BlobBlock(f"{number:08}"))
        blob.commit_block_list(blocks)

    def list(self, prefix):
        return [blob.name for blob in self.container.list_blobs(prefix, results_per_page=7)]

    def delete(self, key):
        self.container.delete_blob(key)


def open_store(settings, secret=None):
    return (AzureStore if "AZURE_ENDPOINT" in settings else S3Store)(settings, secret)
