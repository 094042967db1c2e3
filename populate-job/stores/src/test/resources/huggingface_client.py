"""Reads a repo with the Hub's own client and prints what came of it, one JSON object.

Arguments: what to do, the kind of repo, the repo, the revision (or -), a directory.
"""
import hashlib
import json
import os
import sys

from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

what, kind, repo, revision, directory = sys.argv[1:6]
revision = None if revision == "-" else revision
kind = kind.rstrip("s")
api = HfApi()


def snapshot():
    path = snapshot_download(repo, repo_type=kind, revision=revision, local_dir=directory)
    files = {}
    for root, dirs, names in os.walk(path):
        if ".cache" in dirs:
            dirs.remove(".cache")
        for name in names:
            file = os.path.join(root, name)
            with open(file, "rb") as data:
                files[os.path.relpath(file, path)] = hashlib.sha256(data.read()).hexdigest()
    return {"files": files}


def tree():
    entries = api.list_repo_tree(repo, repo_type=kind, revision=revision, recursive=True)
    return {
        "entries": {
            e.path: [e.size, e.blob_id, e.lfs.sha256 if e.lfs else None, e.xet_hash]
            for e in entries
            if hasattr(e, "blob_id")
        }
    }


def info():
    paths = api.get_paths_info(repo, [directory], repo_type=kind, revision=revision)
    return {
        "sha": api.repo_info(repo, repo_type=kind, revision=revision).sha,
        "only": api.model_info(repo, revision=revision, expand=["sha"]).sha if kind == "model" else None,
        "paths": {p.path: p.size for p in paths if hasattr(p, "blob_id")},
    }


try:
    result = {"snapshot": snapshot, "tree": tree, "info": info}[what]()
except (HfHubHTTPError, LocalEntryNotFoundError) as error:
    # What the Hub said is the cause of what its client's cache says.
    e = error if isinstance(error, HfHubHTTPError) else error.__cause__
    result = {"error": type(e).__name__, "status": e.response.status_code, "message": str(e)}
print(json.dumps(result))
