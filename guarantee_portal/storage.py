from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Static files by content hash, the modules that they import included."""

    support_js_module_import_aggregation = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._urls: dict[str | None, str] = {}

    def url(self, name: str | None, force: bool = False) -> str:
        """Return the URL that the manifest gives `name`, worked out once: every page names a dozen files."""
        if name not in self._urls:
            self._urls[name] = super().url(name, force)
        return self._urls[name]
