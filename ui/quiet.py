"""No library of ours reports home: switches that the front doors set before anything heavy is imported."""

from __future__ import annotations

import os

_SWITCHES = {
    "LANGSMITH_TRACING": "false",  # LangChain sends traces to a service when a shell of another project says so
    "LANGCHAIN_TRACING_V2": "false",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",  # a hub is asked by nothing here
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    "DO_NOT_TRACK": "1",
}


def silence_telemetry() -> None:
    """Turn off every library's telemetry and tracing for this process and its children."""
    os.environ.update(_SWITCHES)
