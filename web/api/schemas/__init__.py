"""What comes in and what goes out, as pydantic models: read by the views, and the source of the OpenAPI document."""
