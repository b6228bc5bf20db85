"""Make the pictures of the documentation from a real run: `make pictures` (needs Chromium).

The output checker's page of the demo, as far as the second table, as a PNG without anything but pixels.
"""

import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib as mpl
from matplotlib import image

HERE = Path(__file__).parent
_WIDTH, _HEIGHT = 1000, 1106


def main() -> int:
    """Run the demo into a temporary folder and photograph its review page."""
    browser = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    if browser is None:
        print("Chromium is needed for the pictures. Try: install chromium", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, "-m", "demo", "--to", folder / "demo"], check=True, stdout=subprocess.DEVNULL)
        _photograph(browser, folder / "demo" / "review-page.html", folder / "page.png", profile=folder / "profile")
        pixels = image.imread(folder / "page.png")[:_HEIGHT]
    mpl.use("agg")
    target = HERE / "images" / "review-page.png"
    target.parent.mkdir(exist_ok=True)
    content = io.BytesIO()
    image.imsave(content, pixels, format="png", metadata={"Software": None})
    target.write_bytes(content.getvalue())
    print(f"Written: {target}")
    return 0


def _photograph(browser: str, page: Path, to: Path, *, profile: Path) -> None:
    quiet = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    where = [f"--user-data-dir={profile}", f"--window-size={_WIDTH},{_HEIGHT}", f"--screenshot={to}"]
    subprocess.run(
        [browser, "--headless", "--no-sandbox", "--no-first-run", "--hide-scrollbars", *quiet, *where, page.as_uri()],
        check=True,
        capture_output=True,
    )


if __name__ == "__main__":
    sys.exit(main())
