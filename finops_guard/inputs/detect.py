"""What kind of input a path is. A later kind (HCL, CloudFormation, Helm) is one more entry here."""

from __future__ import annotations

import os

from finops_guard.errors import InputError
from finops_guard.files.text import read_bytes
from finops_guard.inputs.interface import ReadOptions
from finops_guard.model import Project

NOT_YET = "give the JSON of a plan: `terraform show -json tfplan > plan.json`"


def read(path: str, options: ReadOptions) -> Project:
    """Read one path, or standard input for "-". Raises InputError."""
    if path != "-" and os.path.isdir(path):
        raise InputError(f"{path} is a directory; this version reads plan and state files", hint=NOT_YET)
    if path.endswith((".tf", ".tofu")):
        raise InputError(f"{path} is Terraform code; this version reads plan and state files", hint=NOT_YET)
    from finops_guard.inputs import terraform_plan

    return terraform_plan.read(path, read_bytes(path, InputError, options.max_bytes), options)
