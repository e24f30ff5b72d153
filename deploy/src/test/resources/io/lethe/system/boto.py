"""What people do with boto3: boto.py ENDPOINT FILE. Ends with "done" where all of it worked."""

import hashlib
import sys
import tempfile

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.client import Config
from botocore.exceptions import ClientError

endpoint, path = sys.argv[1:]
s3 = boto3.client("s3", endpoint_url=endpoint, config=Config(s3={"addressing_style": "path"}))
BUCKET = "client-boto"
s3.create_bucket(Bucket=BUCKET)
s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})


def digest(name):
    sha = hashlib.sha256()
    with open(name, "rb") as file:
        for step in iter(lambda: file.read(1 << 20), b""):
            sha.update(step)
    return sha.hexdigest()


# Uploads in parts, with each checksum that this boto3 can compute.
parts = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
for algorithm in ("CRC32", "SHA1", "SHA256"):
    s3.upload_file(
        path, BUCKET, algorithm, ExtraArgs={"ChecksumAlgorithm": algorithm}, Config=parts)
    with tempfile.NamedTemporaryFile() as back:
        s3.download_file(BUCKET, algorithm, back.name, Config=parts)
        assert digest(back.name) == digest(path), algorithm
    said = s3.head_object(Bucket=BUCKET, Key=algorithm, ChecksumMode="ENABLED")
    assert said["Checksum" + algorithm], said

# A deleted object comes back by deleting its delete marker.
first = s3.put_object(Bucket=BUCKET, Key="k", Body=b"one")["VersionId"]
s3.delete_object(Bucket=BUCKET, Key="k")
try:
    s3.get_object(Bucket=BUCKET, Key="k")
    raise AssertionError("the deleted object is there")
except ClientError as refused:
    assert refused.response["Error"]["Code"] == "NoSuchKey", refused.response
versions = s3.list_object_versions(Bucket=BUCKET, Prefix="k")
assert [v["VersionId"] for v in versions["Versions"]] == [first], versions
marker = versions["DeleteMarkers"][0]
assert marker["IsLatest"], versions
s3.delete_object(Bucket=BUCKET, Key="k", VersionId=marker["VersionId"])
assert s3.get_object(Bucket=BUCKET, Key="k")["Body"].read() == b"one"

# Many keys, in pages, and deleted at once.
keys = ["many/%03d ä" % i for i in range(250)]
for key in keys:
    s3.put_object(Bucket=BUCKET, Key=key, Body=key.encode())
pages = s3.get_paginator("list_objects_v2").paginate(
    Bucket=BUCKET, Prefix="many/", PaginationConfig={"PageSize": 100})
assert [each["Key"] for page in pages for each in page["Contents"]] == keys
gone = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in keys]})
assert len(gone["Deleted"]) == len(keys) and "Errors" not in gone, gone

print("done")
