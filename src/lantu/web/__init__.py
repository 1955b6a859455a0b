"""HTTP: one module per resource, read-only. `app.create_app(home)` puts them together."""
