from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Static files by content hash, the modules that they import included."""

    support_js_module_import_aggregation = True
