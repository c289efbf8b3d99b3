"""Ready-made machine learning: Kendra, Q Business, Lex, Comprehend, Rekognition
(https://aws.amazon.com/kendra/pricing/, /q/business/pricing/, /lex/pricing/, /comprehend/pricing/, /rekognition/pricing/).
"""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.aws.metered import Meter, metered, stated
from finops_guard.pricing.component import hourly, monthly, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

EDITIONS = {
    "DEVELOPER_EDITION": "developer",
    "ENTERPRISE_EDITION": "enterprise",
    "GEN_AI_ENTERPRISE_EDITION": "gen-ai-enterprise",
}
LEX = (
    Meter("monthly_text_requests", "Text requests", "aws/lex/text-requests", "requests"),
    Meter("monthly_speech_requests", "Speech requests", "aws/lex/speech-requests", "requests"),
)
LEX_STREAMING = (
    Meter("monthly_streaming_text_requests", "Streaming text requests", "aws/lex/streaming/text-requests", "requests"),
    Meter(
        "monthly_streaming_speech_intervals",
        "Streaming speech (15 s)",
        "aws/lex/streaming/speech-intervals",
        "intervals",
    ),
)
CONNECTOR = (
    Meter("monthly_documents_scanned", "Documents scanned", "aws/kendra/connector/documents", "documents"),
    Meter("monthly_sync_hrs", "Connector", "aws/kendra/connector/hours", "hours"),
)
COLLECTION = (
    Meter("stored_faces", "Face vectors stored", "aws/rekognition/faces", "faces"),
    Meter("stored_users", "User vectors stored", "aws/rekognition/users", "users"),
)
CUSTOM_LABELS = (
    Meter("monthly_inference_minutes", "Inference units running", "aws/rekognition/custom-labels/inference", "minutes"),
    Meter("monthly_training_minutes", "Training", "aws/rekognition/custom-labels/training", "minutes"),
)
Q_USERS = (
    Meter("lite_users", "Lite subscriptions", "aws/q-business/users/lite", "users"),
    Meter("pro_users", "Pro subscriptions", "aws/q-business/users/pro", "users"),
)


def kendra_index(index: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Kendra index: per hour from its creation to its deletion, queried or not, by edition and added capacity."""
    stated_edition = index.text("edition", "ENTERPRISE_EDITION").upper()
    edition = EDITIONS.get(stated_edition)
    if edition is None:
        yield unpriced("Index", f"no price of the edition {stated_edition}", "hours")
        return
    yield hourly(f"Index ({edition} edition)", f"aws/kendra/{edition}/hours")
    capacity = index.block("capacity_units")
    for part in ("query", "storage"):
        units = capacity.number(f"{part}_capacity_units", 0)
        if units:
            yield hourly(f"Additional {part} capacity", f"aws/kendra/{edition}/{part}-units", units)


def kendra_data_source(source: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Kendra connector: documents that a sync scans, and the hours that it runs."""
    if source.text("type", "").upper() != "CUSTOM":  # documents come through the API: no connector runs
        yield from metered(usage, CONNECTOR)


def q_application(application: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Q Business: subscriptions of its users; the index is charged by the hour and is no part of the provider's types."""
    yield from metered(usage, Q_USERS)


def lex_bot(bot: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Lex bot: each text and speech request; a streaming conversation by requests and 15-second intervals."""
    yield from metered(usage, LEX)
    yield from stated(usage, LEX_STREAMING)


def document_classifier(model: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Comprehend custom classifier: training once, storage by the month, text by units of 100 characters."""
    yield from _comprehend("classifier", usage)


def entity_recognizer(model: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Comprehend custom entity recogniser: as a classifier."""
    yield from _comprehend("entities", usage)


def _comprehend(kind: str, usage: Usage) -> Iterator[CostComponent]:
    yield monthly("Model storage", f"aws/comprehend/{kind}/storage", 1, "models")
    units = usage.number("monthly_text_units")
    yield monthly("Text analysed", f"aws/comprehend/{kind}/text", units, "units")
    if "training_hours" in usage:
        seconds = usage.number("training_hours") * 3600
        yield monthly("Training", f"aws/comprehend/{kind}/training", seconds, "seconds", one_time=True)


def rekognition_collection(collection: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Rekognition collection: the vectors that it keeps; images are charged to whom sends them."""
    yield from metered(usage, COLLECTION[:1])
    yield from stated(usage, COLLECTION[1:])


def rekognition_project(project: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Rekognition project: training, and for custom labels the minutes of running inference units."""
    if project.text("feature", "CUSTOM_LABELS").upper() == "CUSTOM_LABELS":
        yield from metered(usage, CUSTOM_LABELS[:1])
        yield from stated(usage, CUSTOM_LABELS[1:])
    else:
        product = "aws/rekognition/moderation/training"
        yield from metered(usage, (Meter("monthly_training_minutes", "Training", product, "minutes"),))


def rekognition_stream(processor: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Rekognition stream processor: minutes of video, for labels of a connected home or for face search."""
    labels = bool(processor.block("settings").blocks("connected_home"))
    product = f"aws/rekognition/streams/{'labels' if labels else 'faces'}"
    yield from metered(usage, (Meter("monthly_video_minutes", "Video processed", product, "minutes"),))
