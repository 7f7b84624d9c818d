// Draws Mermaid charts in headless Chromium as a reader's browser does, and prints as JSON what stands in each drawing.
// Usage: node draw.cjs MODULES CHROMIUM MERMAID < charts.json
const path = require("node:path");
const [modules, chromium, mermaid] = process.argv.slice(2);
const playwright = require(path.join(modules, "playwright-core"));

async function drawn(tab, chart, at) {
  return tab.evaluate(async ([chart, at]) => {
    try {
      const { svg } = await globalThis.mermaid.render(`chart${at}`, chart);
      const held = document.createElement("div");
      held.innerHTML = svg;
      document.body.append(held);
      const texts = [...held.querySelectorAll("text, foreignObject")].map((one) => one.textContent);
      const boxes = [...held.querySelectorAll("g.timeline-node")].map((node) => {
        const [box, text] = [node.getBBox().width, node.querySelector("text")?.getBBox().width ?? 0];
        return text - box;
      });
      return { texts, foreign: held.querySelectorAll("a, img, script, iframe, input").length, beyond: Math.max(0, ...boxes) };
    } catch (error) {
      return { error: String(error) };
    }
  }, [chart, at]);
}

(async () => {
  let input = "";
  for await (const chunk of process.stdin) input += chunk;
  const browser = await playwright.chromium.launch({ executablePath: chromium, args: ["--no-sandbox", "--disable-gpu"] });
  const tab = await browser.newPage({ viewport: { width: 860, height: 900 } });
  await tab.setContent("<!doctype html><body></body>");
  await tab.addScriptTag({ path: mermaid });
  await tab.evaluate(() => globalThis.mermaid.initialize({ startOnLoad: false }));
  const found = [];
  for (const [at, chart] of JSON.parse(input).entries()) found.push(await drawn(tab, chart, at));
  await browser.close();
  process.stdout.write(JSON.stringify(found));
})().catch((error) => { console.error(error); process.exit(1); });
