"""Kendra, Lex, Comprehend and Rekognition: what their resources keep or process (price pages of 2025)."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables

KENDRA = {
    "Developer Base Query Storage Capacity KendraDeveloperEdition per hours": Line(
        "aws/kendra/developer/hours", "hours"
    ),
    "Enterprise Base Query Storage Capacity Edition per hours": Line("aws/kendra/enterprise/hours", "hours"),
    "Enterprise Additional Query Storage Capacity Kendra-Query-Capacity-Unit per hours": Line(
        "aws/kendra/enterprise/query-units", "hours"
    ),
    "Enterprise Additional Storage Capacity Kendra-Storage-Capacity-Unit per hours": Line(
        "aws/kendra/enterprise/storage-units", "hours"
    ),
    "Intelligent Ranking Base Capacity BaseCapacity per hours": Line("aws/kendra/ranking/hours", "hours"),
    "Intelligent Ranking Capacity Units CapacityUnits per hours": Line("aws/kendra/ranking/capacity-units", "hours"),
    "Pay Per Document Scanned Unit DocumentsScanned per Count": Line("aws/kendra/connector/documents", "documents"),
    "Pay Per Hour Connector Compute ConnectorSync per hours": Line("aws/kendra/connector/hours", "hours"),
}
LEX = {
    "Text to Text Supported Mode Speech and Text V1 and V2": Line("aws/lex/text-requests", "requests"),
    "Speech to Speech Supported Mode Speech and Text V1V2": Line("aws/lex/speech-requests", "requests"),
    "Text to Text Supported Mode Speech Text and DTMF": Line("aws/lex/streaming/text-requests", "requests"),
    "Speech to-Speech-Str Supported Mode Speech Text and DTMF": Line("aws/lex/streaming/speech-intervals", "intervals"),
}
COMPREHEND = {
    "Processes Custom Classification model training request": Line("aws/comprehend/classifier/training", "seconds"),
    "Processes Custom Classification model storage request": Line("aws/comprehend/classifier/storage", "models"),
    "Processes Custom Classification text request": Line("aws/comprehend/classifier/text", "units"),
    "Processes Custom Entity model training request": Line("aws/comprehend/entities/training", "seconds"),
    "Processes Custom Entity model storage request": Line("aws/comprehend/entities/storage", "models"),
    "Processes Custom Entity text request": Line("aws/comprehend/entities/text", "units"),
}
REKOGNITION = {
    "Face Metadata Storage per Faces Mo": Line("aws/rekognition/faces", "faces"),
    "User Metadata Storage per Users Mo": Line("aws/rekognition/users", "users"),
    "Inference API per minutes": Line("aws/rekognition/custom-labels/inference", "minutes"),
    "Training API per minutes": Line("aws/rekognition/custom-labels/training", "minutes"),
    "Moderation Training API per minutes": Line("aws/rekognition/moderation/training", "minutes"),
    "Live Streams LabelDetection per Minutes Processed": Line("aws/rekognition/streams/labels", "minutes"),
    "Live Streams per Minutes Processed": Line("aws/rekognition/streams/faces", "minutes"),
}
PAGES = {"kendra": KENDRA, "lex": LEX, "comprehend": COMPREHEND, "rekognition": REKOGNITION}


def rows(tables: Tables) -> Iterator[Draft]:
    """The price pages of each service."""
    for service, page in PAGES.items():
        yield from from_page(tables.read("aws_other", service), page)
