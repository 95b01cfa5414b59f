"""Settings into runs. Read run_settings (checks without a picture), requirements (--require), request, mesh_request."""
