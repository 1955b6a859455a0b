"""Files → values: documents as text, GIS files and tables as Arrow columns with shapely geometry."""

from lantu.intake.document import Document, UnsureLine, read_document
from lantu.intake.vector import LayerName, VectorTable, list_layers, read_table, read_vector

__all__ = [
    "Document",
    "LayerName",
    "UnsureLine",
    "VectorTable",
    "list_layers",
    "read_document",
    "read_table",
    "read_vector",
]
