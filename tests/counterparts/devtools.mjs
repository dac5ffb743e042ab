// Loads a trace into the Performance panel of DevTools, in a headless Chromium, and says whether it shows what it should.
//
// usage: node devtools.mjs TRACE.json PICTURE.png NAME...
//
// Each NAME has to be the title of an entry of the flame chart, or a part of one: of a span, or of a function that was sampled. The picture
// is of the tenth of the trace in which the last of them first appears.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [trace, picture, ...names] = process.argv.slice(2);
const PATIENCE = 60_000;

const profile = mkdtempSync(join(tmpdir(), 'devtools-'));
const browser = spawn(
  'chromium',
  ['--headless=new', '--no-sandbox', '--disable-gpu', '--remote-debugging-pipe', '--window-size=1600,1000',
    `--user-data-dir=${profile}`, 'about:blank'],
  { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
);

// The DevTools protocol over pipes: JSON texts, each ended by a zero byte.
const answers = new Map();
let unread = '';
browser.stdio[4].on('data', (bytes) => {
  const texts = (unread + bytes).split('\0');
  unread = texts.pop();
  for (const answer of texts.map((text) => JSON.parse(text)).filter((message) => answers.has(message.id))) {
    answers.get(answer.id)(answer);
    answers.delete(answer.id);
  }
});
let asked = 0;
const ask = (method, params = {}, sessionId = undefined) =>
  new Promise((answer) => {
    asked += 1;
    answers.set(asked, ({ result }) => answer(result));
    browser.stdio[3].write(`${JSON.stringify({ id: asked, method, params, sessionId })}\0`);
  });

const until = async (what, isSo) => {
  for (const end = Date.now() + PATIENCE; Date.now() < end;) {
    const found = await isSo();
    if (found) return found;
    await new Promise((tick) => setTimeout(tick, 100));
  }
  throw new Error(`no ${what} within ${PATIENCE} ms`);
};

try {
  const url = 'devtools://devtools/bundled/devtools_app.html';
  const { targetId } = await until('page of DevTools', () => ask('Target.createTarget', { url }));
  const { sessionId } = await ask('Target.attachToTarget', { targetId, flatten: true });
  const evaluate = async (expression) => {
    const said = await ask('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }, sessionId);
    if (said?.exceptionDetails) throw new Error(said.exceptionDetails.exception?.description);
    return said?.result?.value;
  };
  const panel = `(await import('./panels/timeline/timeline.js')).TimelinePanel.TimelinePanel.instance()`;
  const show = `(await import('./ui/legacy/legacy.js')).ViewManager.ViewManager.instance().showView('timeline')`;
  const shown = `(async () => { try { await ${show}; return Boolean(${panel}); } catch { return false; } })()`;
  await until('panel', () => evaluate(shown));
  await evaluate(`(async () => {
    ${panel}.loadFromFile(new File([${JSON.stringify(readFileSync(trace, 'utf8'))}], 'trace.json'));
  })()`);
  const entries = `
    const chart = ${panel}.flameChart.getMainDataProvider();
    const data = chart.timelineData(true);
    const titles = Array.from(data?.entryLevels ?? [], (_, entry) => chart.entryTitle(entry));`;
  const titles = await until('flame chart', () =>
    evaluate(`(async () => { ${entries} return titles.length && [...new Set(titles)]; })()`));
  const missing = names.filter((name) => !titles.some((title) => title.includes(name)));
  if (missing.length) throw new Error(`not shown: ${missing}; shown: ${titles.join(', ')}`);
  await evaluate(`(async () => { ${entries}
    const bounds = (await import('./services/trace_bounds/trace_bounds.js')).TraceBounds.BoundsManager.instance();
    const { min, range } = bounds.state().micro.entireTraceBounds;
    const first = data.entryStartTimes[titles.findIndex((title) => title.includes(${JSON.stringify(names.at(-1) ?? '')}))];
    const from = Math.max(min, first * 1000 - range / 100);
    bounds.setTimelineVisibleWindow({ min: from, max: from + range / 10, range: range / 10 });
  })()`);
  // Opens the process by its triangle.
  for (const type of ['mousePressed', 'mouseReleased']) {
    await ask('Input.dispatchMouseEvent', { type, x: 250, y: 129, button: 'left', clickCount: 1 }, sessionId);
  }
  await new Promise((tick) => setTimeout(tick, 2000));
  const { data } = await ask('Page.captureScreenshot', { format: 'png' }, sessionId);
  writeFileSync(picture, Buffer.from(data, 'base64'));
  console.log(`DevTools shows ${names.join(', ')} among ${titles.length} names`);
} catch (error) {
  console.error(`devtools: ${error.message}`);
  process.exitCode = 1;
} finally {
  const gone = new Promise((end) => browser.once('exit', end));
  browser.kill();
  await gone;
  rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
}
