"""axe-core, the common checker of web pages for accessibility, over a page in headless Chromium.

npm install --prefix build/axe axe-core
python tests/helpers/axe.py reports/report.html
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

AXE = Path(__file__).parents[2] / "build" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_RUN = """
axe.run(document, {resultTypes: ["violations"]}).then(found => {
  const told = found.violations.map(v => [v.impact, v.id, v.help, v.nodes.map(n => n.html + " " + n.failureSummary)]);
  const pre = document.createElement("pre");
  pre.id = "axe-result";
  pre.textContent = btoa(unescape(encodeURIComponent(JSON.stringify(told))));
  document.body.appendChild(pre);
});
"""


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that is broken, and the elements (with what to mend) that break it."""

    impact: str
    rule: str
    help: str
    nodes: tuple[str, ...]


def missing() -> str:
    """What is not installed here, in words; nothing if all is there."""
    if _browser() is None:
        return "no Chromium"
    return "" if AXE.is_file() else "no axe-core: npm install --prefix build/axe axe-core"


def violations(html: str, *, wide: int = 1400) -> list[Violation]:
    """What axe-core has against the page, in a window ``wide`` pixels wide.

    The page's policy forbids scripts, so it is taken out of the copy that is looked at.
    """
    open_ = re.sub(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "", html)
    opened = open_.replace("<details>", "<details open>")
    scripts = f"<script>{AXE.read_text(encoding='utf-8')}</script><script>{_RUN}</script>"
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(opened.replace("</body>", f"{scripts}</body>"), encoding="utf-8")
        dumped = subprocess.run(
            [
                str(_browser()), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
                f"--user-data-dir={folder}/browser", f"--window-size={wide},2000",
                "--virtual-time-budget=60000", "--dump-dom", page.as_uri(),
            ],
            check=True, capture_output=True, text=True, encoding="utf-8", timeout=180,
        ).stdout  # fmt: skip
    found = re.search(r'<pre id="axe-result">([^<]*)</pre>', dumped)
    assert found, "axe-core did not finish"
    told = json.loads(base64.b64decode(found[1]))
    return [Violation(i, rule, help_, tuple(nodes)) for i, rule, help_, nodes in told]


def _browser() -> str | None:
    return next((path for name in _BROWSERS if (path := shutil.which(name))), None)


if __name__ == "__main__":
    if missing():
        sys.exit(missing())
    for name in sys.argv[1:]:
        for wide in (1400, 480):
            for v in violations(Path(name).read_text(encoding="utf-8"), wide=wide):
                print(f"{name} ({wide} px): {v.impact}: {v.rule}: {v.help}, {len(v.nodes)} times")
                print("   " + "\n   ".join(n[:300].replace("\n", " ") for n in v.nodes[:4]))
