// Opens a page in headless Chromium, in both themes and two widths, and prints as JSON what a test asserts of it.
// Usage: node browse.cjs MODULES CHROMIUM PAGE [PICTURES [open|judge]]
const path = require("node:path");
const fs = require("node:fs");
const { pathToFileURL } = require("node:url");
const [modules, chromium, page, pictures, only] = process.argv.slice(2);
const playwright = require(path.join(modules, "playwright-core"));
const axe = fs.readFileSync(path.join(modules, "axe-core", "axe.min.js"), "utf8");
const FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"];

async function look(browser, theme, width) {
  const context = await browser.newContext({ colorScheme: theme, viewport: { width, height: 900 } });
  const tab = await context.newPage();
  const told = { theme, width, console: [], requests: [] };
  tab.on("console", (message) => told.console.push(message.text()));
  tab.on("pageerror", (error) => told.console.push(String(error)));
  tab.on("request", (request) => told.requests.push(request.url()));
  const started = Date.now();
  await tab.goto(pathToFileURL(page).href, { waitUntil: "load" });
  told.opened = await tab.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()), 0))));
  told.wall = Date.now() - started;
  told.overflow = await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  told.ground = await tab.evaluate(() => getComputedStyle(document.body).backgroundColor);
  if (pictures) await tab.screenshot({ path: path.join(pictures, `${path.parse(page).name}-${width}-${theme}.png`), fullPage: true });
  if (only === "open") {
    await context.close();
    return told;
  }
  await tab.evaluate(axe);
  const found = await tab.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  told.axe = found.violations.map((one) => ({ id: one.id, impact: one.impact, targets: one.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)) }));
  await context.close();
  return told;
}

async function use(browser) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const tab = await context.newPage();
  const told = { console: [] };
  tab.on("console", (message) => told.console.push(message.text()));
  tab.on("pageerror", (error) => told.console.push(String(error)));
  await tab.goto(pathToFileURL(page).href);
  const counts = () => tab.$$eval(".patterns tbody tr", (rows) => rows.map((row) => Number(row.cells[2].dataset.value)));
  told.before = await counts();
  await tab.locator(".patterns th button", { hasText: "Entries" }).focus();
  await tab.keyboard.press("Enter");
  told.down = await counts();
  told.said = await tab.locator("#said").textContent();
  told.sorted = await tab.locator(".patterns th[aria-sort]").getAttribute("aria-sort");
  await tab.keyboard.press("Space");
  told.up = await counts();
  told.selected = await tab.evaluate(() => {
    getSelection().selectAllChildren(document.querySelector("main"));
    return getSelection().toString();
  });
  await context.close();
  return told;
}

(async () => {
  const browser = await playwright.chromium.launch({ executablePath: chromium, args: FLAGS });
  const looks = [];
  for (const theme of ["light", "dark"]) for (const width of [1280, 400]) looks.push(await look(browser, theme, width));
  const used = only ? null : await use(browser);
  await browser.close();
  process.stdout.write(JSON.stringify({ looks, used }));
})().catch((error) => { console.error(error); process.exit(1); });
