"""Tell alerts: each once, whoever notices first, in whichever process; kept in the home and sent out."""

import json
import logging
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from filelock import FileLock

from workforce_assets.alerting.alert import KEY, Alert, Key
from workforce_assets.settings import Settings

# A destination that prints to standard error, for trying out.
DRY_RUN = "dry-run"
# A home in trouble must not flood a channel: the rest is one message that says where they stand.
MOST_MESSAGES = 10

_log = logging.getLogger(__name__)


def tell(settings: Settings, alerts: Iterable[Alert]) -> list[Alert]:
    """Write and send those that were not told before. Returns them."""
    fresh = write_alerts(settings.home.alerts, alerts, settings.ui_url)
    send(fresh, settings.alert_urls, settings.ui_url, settings.home.alerts)
    return fresh


def write_alerts(path: Path, alerts: Iterable[Alert], ui_url: str | None = None) -> list[Alert]:
    """Append the alerts that `path` does not have yet, one JSON line each. Returns those."""
    alerts = list(alerts)
    if not alerts:
        return []
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock"):
        text = path.read_text("utf-8") if path.exists() else ""
        known = _known(text)
        fresh = list({alert.key: alert for alert in alerts if alert.key not in known}.values())
        lines = "".join(json.dumps(alert.as_json(ui_url), ensure_ascii=False) + "\n" for alert in fresh)
        # A killed process may have left half a line: it is ended, so that no whole one is lost with it.
        torn = "\n" if text and not text.endswith("\n") else ""
        with path.open("a", encoding="utf-8") as file:
            file.write(torn + lines)
    for alert in fresh:
        _log.warning("%s: %s (owner: %s)", alert.title, alert.description, alert.owner or "nobody")
    return fresh


def _known(text: str) -> set[Key]:
    keys = set()
    for line in text.splitlines():
        try:
            found = json.loads(line)
        except json.JSONDecodeError:
            continue
        keys.add(tuple(found.get(name) for name in KEY))
    return keys


def send(alerts: Sequence[Alert], urls: Sequence[str], ui_url: str | None, kept: Path) -> None:
    """One message an alert to every destination. One that cannot be reached is logged: nothing else stops."""
    messages = [(alert.title, alert.text(ui_url)) for alert in alerts[:MOST_MESSAGES]]
    if rest := len(alerts) - len(messages):
        messages.append((f"{rest} more alerts", f"all of them stand in {kept}"))
    for title, body in messages:
        for url in urls:
            if url == DRY_RUN:
                print(f"{title}\n{body}\n", file=sys.stderr)  # noqa: T201 - what this destination is for
            elif not _notify(url, title, body):
                # Not the URL: it holds a token.
                _log.error("an alert could not be sent to %s: %s", url.partition(":")[0], title)


def _notify(url: str, title: str, body: str) -> bool:
    import apprise  # 0.5 s, which a run without alerts need not wait for

    destination = apprise.Apprise()
    return bool(destination.add(url) and destination.notify(body=body, title=title))
