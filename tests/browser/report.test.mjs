// The report of `hearth bench`, made by the real command and opened in a real browser.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { run } from '../integration/command.mjs';
import { fixture } from '../integration/harness.mjs';
import { open } from './browser.mjs';
import { hostile, HOSTILE, minimal, realistic } from './results.mjs';

async function report(result) {
  const folder = fixture({ 'result.json': JSON.stringify(result) });
  const file = path.join(folder, 'report.html');
  const made = await run(['bench', 'report', path.join(folder, 'result.json'), '-o', file]);
  assert.deepEqual(made, { code: 0, stdout: '', stderr: '' });
  return file;
}

const REALISTIC = realistic();
const realisticReport = report(REALISTIC);

// By the table's caption: its head and its rows, as texts.
async function tableOf(page, caption) {
  const table = page.locator('table', { has: page.getByText(caption, { exact: true }) });
  const rows = await table.locator('tr').evaluateAll((all) => all.map((row) => Array.from(row.cells, (cell) => cell.textContent)));
  return { head: rows[0], rows: rows.slice(1) };
}

const openData = (page, section) => page.locator(`#${section} summary`).click();
const numberOf = (text) => Number(text.replace(/,/g, '').match(/^[\d.]+/)?.[0]);

// Figures are shown with three digits.
function assertShown(text, value, what) {
  assert.ok(Math.abs(numberOf(text) - value) <= Math.abs(value) * 0.005, `${what}: "${text}" is not ${value}`);
}

const sectionsOf = (page) => page.locator('section').evaluateAll((all) => all.map(({ id }) => id));

// For each plot, for each line of its legend: how many of the canvas's pixels have its colour.
const pixelsByLine = (page) => page.locator('figure:has(canvas)').evaluateAll((figures) => figures.map((figure) => {
  const canvas = figure.querySelector('canvas');
  // From a copy: the browser warns of canvases that are read often.
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
  const lines = Array.from(figure.querySelectorAll('.swatch'), (swatch) => {
    const hex = getComputedStyle(swatch).getPropertyValue('--swatch');
    const wanted = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
    let pixels = 0;
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] > 200 && wanted.every((value, channel) => Math.abs(data[i + channel] - value) <= 2)) pixels += 1;
    }
    return [swatch.parentElement.textContent, pixels];
  });
  return { title: figure.querySelector('figcaption').textContent, lines: Object.fromEntries(lines) };
}));

// Browsers tell a page of such a change with the next frame.
const themeIs = (page, theme) => page.waitForFunction((wanted) => document.documentElement.dataset.theme === wanted, theme);

function assertDrawn(plots) {
  for (const { title, lines } of plots) {
    for (const [line, pixels] of Object.entries(lines)) assert.ok(pixels >= 50, `${title}: ${line} has ${pixels} pixels`);
  }
}

test('a full result has all sections and asks for nothing', async () => {
  const { page, trouble } = await open(await realisticReport);
  assert.deepEqual(await sectionsOf(page), ['latency', 'outcomes', 'over-time', 'percentiles', 'distribution', 'phases', 'pool']);
  assert.equal(await page.title(), 'hello, burst – hearth bench');
  const text = await page.locator('header').innerText();
  for (const part of ['http://localhost:8080/hello/', 'open loop', 'poisson arrivals', 'seed 7', 'Intel(R) Xeon(R) Processor', '2 CPUs',
    '2026-11-28 11:00:00 UTC', 'hearth bench http://localhost:8080/hello/ --scenario burst']) {
    assert.ok(text.includes(part), `${part} in ${text}`);
  }
  assert.equal(await page.locator('.warning').count(), 0);
  assert.deepEqual(trouble, []);
});

test('tables hold what the result holds', async () => {
  const { page } = await open(await realisticReport);
  const latency = await tableOf(page, 'Latency of requests that ended ok, in milliseconds');
  assert.deepEqual(latency.rows.map(([name]) => name), ['all', 'cold', 'warm']);
  for (const [name, n, ...values] of latency.rows) {
    assert.equal(numberOf(n), REALISTIC.groups[name].n);
    values.forEach((text, i) => assertShown(text, REALISTIC.groups[name].latency[latency.head[i + 2]], `${name} ${latency.head[i + 2]}`));
  }
  assert.deepEqual(latency.head.slice(2), ['min', 'mean', 'p50', 'p90', 'p95', 'p99', 'p99.9', 'p99.99', 'max']);

  const outcomes = await tableOf(page, 'Requests by outcome');
  const present = Object.entries(REALISTIC.outcomes).filter(([, count]) => count > 0);
  assert.deepEqual(new Map(outcomes.rows.map(([name, count]) => [name, numberOf(count)])), new Map(present));
  const errors = await tableOf(page, 'Most frequent errors');
  assert.deepEqual(errors.rows, REALISTIC.errors.map(({ outcome, message, count }) => [outcome, message, `${count}`]));

  const phases = await tableOf(page, 'Time in each phase');
  for (const [name, mean, , p50, p99, max] of phases.rows) {
    const [group, phase] = name.split(' ');
    const spread = REALISTIC.groups[group].phases[phase];
    for (const [text, key] of [[mean, 'mean'], [p50, 'p50'], [p99, 'p99'], [max, 'max']]) assertShown(text, spread[key], `${name} ${key}`);
  }
  assert.deepEqual(phases.rows.map(([name]) => name).filter((name) => name.startsWith('warm')), ['warm queue', 'warm run', 'warm response']);
});

test('the data of plots can be read as tables', async () => {
  const { page, trouble } = await open(await realisticReport);
  const { series, groups } = REALISTIC;
  for (const section of ['over-time', 'percentiles', 'distribution', 'pool']) await openData(page, section);

  const time = await tableOf(page, 'Over time');
  assert.deepEqual(time.head, ['time', 'rate', 'p50', 'p99', 'cold', 'not ok']);
  assert.equal(time.rows.length, series.t.length);
  time.rows.forEach(([, rate, p50, p99, cold, errors], i) => {
    assertShown(rate, series.rate[i], `rate ${i}`);
    assertShown(p50, series.p50[i], `p50 ${i}`);
    assertShown(p99, series.p99[i], `p99 ${i}`);
    assert.deepEqual([numberOf(cold), numberOf(errors)], [series.cold[i], series.errors[i]]);
  });

  const pool = await tableOf(page, 'Pool and target');
  assert.deepEqual(pool.head, ['time', 'busy', 'ready', 'starting', 'draining', 'CPU', 'memory']);
  pool.rows.forEach(([, busy, ready, starting, draining, cpu, memory], i) => {
    const { instances } = series;
    assert.deepEqual([busy, ready, starting, draining].map(numberOf),
      [instances.busy[i], instances.ready[i], instances.starting[i], instances.draining[i]]);
    assertShown(cpu, series.target_cpu[i], `cpu ${i}`);
    assertShown(memory, series.target_memory_mib[i], `memory ${i}`);
  });

  const percentiles = await tableOf(page, 'Percentiles');
  for (const [name, ...values] of percentiles.rows) {
    values.forEach((text, i) => {
      const { latency } = groups[percentiles.head[i + 1]];
      // A quantile of the histogram is off by a bucket at most.
      if (text !== '–' && latency[name]) assert.ok(Math.abs(numberOf(text) / latency[name] - 1) < 0.012, `${name}: ${text}, ${latency[name]}`);
    });
  }
  const bins = await tableOf(page, 'Cold and warm');
  assert.deepEqual(bins.head, ['latency', 'cold', 'warm']);
  for (const column of [1, 2]) {
    const sum = bins.rows.reduce((all, row) => all + numberOf(row[column]), 0);
    assert.equal(sum, groups[bins.head[column]].n);
  }
  assert.deepEqual(trouble, []);
});

test('every line of every plot is drawn', async () => {
  const { page } = await open(await realisticReport);
  const plots = await pixelsByLine(page);
  assert.deepEqual(plots.map(({ title, lines }) => [title, Object.keys(lines)]), [
    ['Latency over time', ['p50', 'p99', 'not ok']],
    ['Rate', ['requests', 'cold starts']],
    ['Percentile curve', ['all', 'cold', 'warm']],
    ['Latency of cold and warm requests', ['cold', 'warm']],
    ['Instances', ['busy', 'ready', 'starting', 'draining']],
    ['CPU of the target', ['cores']],
    ['Memory of the target', ['memory']],
  ]);
  assertDrawn(plots);

  const widths = await page.locator('.bar').evaluateAll((bars) => bars.map((bar) =>
    Array.from(bar.querySelectorAll('.part'), (part) => part.getBoundingClientRect().width)));
  const means = ['cold', 'warm'].map((group) => Object.values(REALISTIC.groups[group].phases).map(({ mean }) => mean).filter(Boolean));
  const unit = widths[0][0] / means[0][0];
  widths.flat().forEach((width, i) => assert.ok(Math.abs(width - means.flat()[i] * unit) < 1.5, `part ${i}: ${width}`));
});

test('arrow keys move the cursor, and the legend tells the values', async () => {
  const { page, trouble } = await open(await realisticReport);
  const figure = page.locator('figure', { hasText: 'Latency over time' });
  const values = () => figure.locator('.legend li').evaluateAll((items) => items.map((item) => item.textContent));
  await figure.locator('.canvas').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  const [p50, p99, , position] = await values();
  assertShown(p50.slice(3), REALISTIC.series.p50[1], 'p50');
  assertShown(p99.slice(3), REALISTIC.series.p99[1], 'p99');
  assert.equal(position, 'at 1\u00a0s');
  await page.keyboard.press('End');
  assert.equal((await values()).at(-1), 'at 59\u00a0s');
  await page.keyboard.press('Escape');
  assert.deepEqual(await values(), ['p50', 'p99', 'not ok', '']);
  assert.deepEqual(trouble, []);
});

test('what cannot be seen has a name', async () => {
  const { page } = await open(await realisticReport);
  for (const label of await page.locator('.canvas').evaluateAll((all) => all.map((canvas) => canvas.getAttribute('aria-label')))) {
    assert.match(label, /^[A-Z].{20,}\.$/);
  }
  assert.equal(await page.locator('table:not(:has(caption))').count(), 0);
  assert.equal(await page.locator('section:not([aria-labelledby])').count(), 0);
  assert.equal(await page.locator('h1').count(), 1);
  assert.equal(await page.locator('html[lang]').count(), 1);
});

test('dark where the system is, and when it changes', async () => {
  const { page, trouble } = await open(await realisticReport, { colorScheme: 'dark' });
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(await background(), 'rgb(15, 18, 22)');
  const dark = await pixelsByLine(page);
  assertDrawn(dark);
  await page.emulateMedia({ colorScheme: 'light' });
  await themeIs(page, 'light');
  assert.equal(await background(), 'rgb(246, 245, 243)');
  assertDrawn(await pixelsByLine(page));
  assert.deepEqual(trouble, []);
});

test('a narrow window scrolls tables, not the page', async () => {
  const { page, trouble } = await open(await realisticReport, { viewport: { width: 340, height: 700 } });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 340);
  assertDrawn(await pixelsByLine(page));
  // And it follows when the window grows.
  await page.setViewportSize({ width: 900, height: 700 });
  await page.waitForFunction(() => Array.from(document.querySelectorAll('canvas')).every((canvas) => canvas.clientWidth > 700));
  assertDrawn(await pixelsByLine(page));
  assert.deepEqual(trouble, []);
});

test('paper is light, A4, and cuts no plot', async () => {
  const { page, trouble } = await open(await realisticReport, { colorScheme: 'dark' });
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  await themeIs(page, 'light');
  assertDrawn(await pixelsByLine(page));
  // 210 mm less two margins of 14 mm, at 96 pixels an inch.
  const paper = (182 / 25.4) * 96;
  for (const width of await page.locator('canvas').evaluateAll((all) => all.map(({ clientWidth }) => clientWidth))) {
    assert.ok(width > 600 && width <= paper, `${width}`);
  }
  assert.deepEqual(await page.locator('figure').evaluateAll((all) => [...new Set(all.map((figure) => getComputedStyle(figure).breakInside))]), ['avoid']);
  assert.equal(await page.locator('.data:visible, footer:visible').count(), 0);

  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
  const sizes = Array.from(pdf.matchAll(/\/MediaBox\s*\[([^\]]*)\]/g), ([, box]) => box.trim().split(/\s+/).slice(2).map(Number).map(Math.round));
  assert.ok(sizes.length >= 3 && sizes.length <= 6, `${sizes.length} pages`);
  for (const [width, height] of sizes) assert.ok(Math.abs(width - 595) <= 1 && Math.abs(height - 842) <= 1, `${width} x ${height}`);

  await page.emulateMedia({ media: null, colorScheme: 'dark' });
  await themeIs(page, 'dark');
  assertDrawn(await pixelsByLine(page));
  assert.deepEqual(trouble, []);
});

test('what a result lacks is left out', async () => {
  const { page, trouble } = await open(await report(minimal()));
  assert.deepEqual(await sectionsOf(page), ['latency', 'outcomes', 'percentiles', 'distribution']);
  assertDrawn(await pixelsByLine(page));
  assert.doesNotMatch(await page.locator('main').innerText(), /undefined|null|NaN|Infinity/);
  assert.deepEqual(trouble, []);

  const bare = await open(await report({ schema: 'hearth.bench/1', groups: { all: { n: 0 } } }));
  assert.deepEqual(await sectionsOf(bare.page), []);
  assert.equal(await bare.page.locator('h1').innerText(), 'hearth bench');
  assert.doesNotMatch(await bare.page.locator('main').innerText(), /undefined|null|NaN|Infinity/);
  assert.deepEqual(bare.trouble, []);
});

test('a saturated generator is told before any figure', async () => {
  const generator = { cpu_seconds: 9, late_p99: 5.25, saturated: true, note: 'it used all of its core' };
  const { page } = await open(await report({ ...minimal(), generator }));
  assert.equal(await page.locator('header .warning').innerText(),
    'Load generator saturated. it used all of its core (p99 of its lateness: 5.25\u00a0ms)');
});

test('hostile texts stay texts', async () => {
  const result = hostile();
  const { page, trouble } = await open(await report(result));
  assert.equal(await page.evaluate(() => globalThis.broken), undefined);
  assert.deepEqual(await page.locator('script').evaluateAll((all) => all.map(({ type }) => type)), ['application/json', '']);
  assert.equal(await page.locator('img, iframe, object, embed, form, base').count(), 0);
  const visible = (text) => text.replace(/[\u0000-\u001f\u2028-\u202e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const errors = await tableOf(page, 'Most frequent errors');
  assert.deepEqual(errors.rows.map(([, message]) => message), HOSTILE.map(visible));
  // Every line of writing still goes the way it should.
  assert.doesNotMatch(await page.locator('main').innerText(), /[\u202a-\u202e\u2066-\u2069]/);

  const saved = page.waitForEvent('download');
  await page.getByText('Save the result as JSON').click();
  assert.deepEqual(JSON.parse(await readFile(await (await saved).path(), 'utf8')), result);
  // The link's own address is a request of sorts.
  assert.deepEqual(trouble.filter((what) => !what.startsWith('request of blob:')), []);
});

test('what a page of this policy is told to run does not run', async () => {
  const { page, trouble } = await open(await report(minimal()));
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.append('globalThis.broken = 1');
    document.body.append(script);
  }).catch(() => {});
  assert.equal(await page.evaluate(() => globalThis.broken), undefined);
  assert.match(trouble.join('\n'), /Content Security Policy|TrustedScript/);
});
