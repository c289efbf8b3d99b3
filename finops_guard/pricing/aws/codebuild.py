"""AWS CodeBuild (https://aws.amazon.com/codebuild/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import monthly, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

SYSTEMS = {  # environment type -> system in the name and in the product key
    "LINUX_CONTAINER": "Linux",
    "LINUX_EC2": "Linux",
    "LINUX_GPU_CONTAINER": "Linux GPU",
    "ARM_CONTAINER": "ARM",
    "ARM_EC2": "ARM",
    "WINDOWS_CONTAINER": "Windows",
    "WINDOWS_SERVER_2019_CONTAINER": "Windows",
    "WINDOWS_SERVER_2022_CONTAINER": "Windows",
    "WINDOWS_EC2": "Windows",
}


def project(project: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Build project: minutes of the machine that builds run on; builds on a reserved fleet are charged with the fleet."""
    environment = project.block("environment")
    if environment.blocks("fleet"):
        yield unpriced("Builds", "builds run on a reserved fleet, which is charged by itself", "minutes")
        return
    kind, compute = environment.text("type"), environment.text("compute_type")
    if kind is None or compute is None:
        yield unpriced("Builds", "environment type and compute_type are not stated", "minutes")
        return
    size = compute.upper().removeprefix("BUILD_").replace("_", ".", 1).lower()
    system = SYSTEMS.get(kind.upper())
    if system is None:
        yield unpriced("Builds", f"no price of {kind} builds in the price book", "minutes")
        return
    product = f"aws/codebuild/{system.lower().replace(' ', '-')}/{size}"
    yield monthly(f"{system} ({size})", product, usage.number("monthly_build_mins"), "minutes")
