// A page in Debian's Chromium, without a window, and what went wrong in it.
//
//   const view = await open(file, { colorScheme: 'dark' });
//   await view.page.click('summary');
//   assert.deepEqual(view.trouble, []);
//
// `trouble` holds console messages, uncaught errors and requests for anything but the file itself. The browser ends with the
// tests of the file that opened it.
import { after, before } from 'node:test';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const PROGRAM = process.env.CHROMIUM_BIN ?? '/usr/bin/chromium';
// Tests run as root in containers, where Chromium's own sandbox cannot be; all that it opens is our own page. The others
// keep it from calling home.
const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run',
];
const DESKTOP = { width: 1100, height: 900 };

let browser;

before(async () => {
  browser = await chromium.launch({ executablePath: PROGRAM, args: FLAGS });
});
after(() => browser?.close());

export async function open(file, options = {}) {
  const url = pathToFileURL(file).href;
  const page = await browser.newPage({ viewport: DESKTOP, ...options });
  const trouble = [];
  page.on('console', (message) => trouble.push(`console.${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => trouble.push(`uncaught ${error.stack}`));
  page.on('request', (request) => {
    if (request.url() !== url) trouble.push(`request of ${request.url()}`);
  });
  await page.goto(url);
  return { page, trouble };
}
