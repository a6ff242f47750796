// Puts script and style into the page, so that it needs no other file, and their hashes into its Content-Security-Policy, so
// that nothing else runs in it. What remains is {{RESULT}}, which report.cc fills in.
//
//   node assemble.mjs index.html main.js style.css > page.html
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const [html, script, style] = process.argv.slice(2).map((file) => readFileSync(file, 'utf8').trim());
const hash = (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
const parts = { SCRIPT: script, STYLE: style, SCRIPT_HASH: hash(script), STYLE_HASH: hash(style) };
if (/<\/(script|style)|<!--/i.test(script + style)) throw new Error('script or style would end its own element');
if (`${script}${style}`.includes('{{RESULT}}')) throw new Error('script or style holds the place of the result');

process.stdout.write(html.replace(/\{\{(SCRIPT|STYLE|SCRIPT_HASH|STYLE_HASH)\}\}/g, (_, name) => parts[name]) + '\n');
