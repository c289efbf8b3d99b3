"""Terraform and OpenTofu: the JSON of `terraform show -json`, of a plan or of a state."""

from finops_guard.inputs.terraform_plan.reader import read

__all__ = ["read"]
