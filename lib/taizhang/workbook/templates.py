"""Where to find the notebooks that come with the package."""

from pathlib import Path


def packaged_notebooks() -> dict[str, Path]:
    """Return the package's notebooks by name: inside the package when installed, beside it in a checkout."""
    package = Path(__file__).parents[1]
    for folder in (package / "notebooks", package.parents[1] / "notebooks"):
        if found := sorted(folder.glob("*.ipynb")):
            return {path.stem: path for path in found}
    return {}
