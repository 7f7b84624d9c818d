"""Mermaid itself, headless under Node: what it makes of a chart, in an ignored cache."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.bench import cache

VERSIONS = ("mermaid@11.17.2", "jsdom@26.1.0")
SECONDS = 120
_FOLDER = cache.CACHE / "mermaid"
_PROGRAM = """
import { JSDOM } from 'jsdom';
const dom = new JSDOM('<!DOCTYPE html><body></body>');
globalThis.window = dom.window;
globalThis.document = dom.window.document;
const mermaid = (await import('mermaid')).default;
mermaid.initialize({ startOnLoad: false });
let input = '';
for await (const chunk of process.stdin) input += chunk;
const results = [];
for (const chart of JSON.parse(input)) {
  try {
    const { db, type } = await mermaid.mermaidAPI.getDiagramFromText(chart);
    if (type === 'timeline') {
      const moments = db.getTasks().map(({ section, task, events }) => [section, task, events]);
      results.push({ sections: db.getSections(), moments });
      continue;
    }
    const labels = {};
    for (const [id, vertex] of db.getVertices()) labels[id] = vertex.text;
    const edges = db.getEdges().map((edge) => [edge.start, edge.end, edge.text]);
    results.push({ labels, edges, links: [...db.getVertices().values()].filter((vertex) => vertex.link).length });
  } catch (error) {
    results.push({ error: String(error.message) });
  }
}
console.log(JSON.stringify(results));
"""


def installed() -> Path:
    """The folder with Mermaid in it. Raises cache.NotInstallable."""

    def make() -> None:
        _FOLDER.mkdir(parents=True, exist_ok=True)
        cache.npm("install", "--prefix", _FOLDER, "--no-audit", "--no-fund", "--ignore-scripts", *VERSIONS)

    cache.once(_FOLDER / "node_modules" / "mermaid" / "package.json", make)
    cache.once(_FOLDER / "node_modules" / "jsdom" / "package.json", make)
    return _FOLDER


def charts(texts: list[str]) -> list[dict[str, Any]]:
    """What Mermaid reads in each: `labels` by node, `edges` as (start, end, label), `links`; or an `error`.

    Of a timeline: `sections`, and `moments` as (section, time, events).
    """
    program = installed() / "charts.mjs"
    program.write_text(_PROGRAM, encoding="utf-8")
    done = subprocess.run(
        [str(cache.node()), str(program)],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
        cwd=_FOLDER,
    )
    read: list[dict[str, Any]] = json.loads(done.stdout)
    return read
