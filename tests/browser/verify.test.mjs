// Anybody checks a proof in a browser: in the words of the command line, nothing is sent, and no signal is needed.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { PROGRAM, own } from './harness/run.mjs';
import { Ward } from './harness/ward.mjs';

const PROOF = own('amara.countersign');
const CHANGED = own('changed.countersign');
const LETTER = own('letter.countersign');

let ward, signal, auditor, key;

before(async () => {
  ward = await Ward.open();
  const { status, stdout, stderr } = countersign('export', '--person', 'amara@quillbrook.example', '--out', PROOF, '--database', ward.server.database);
  assert.equal(status, 0, stderr);
  key = stdout.match(/ed25519:[0-9a-f]{64}/)[0];
  const bytes = readFileSync(PROOF);
  bytes[Math.floor(bytes.length / 2)] ^= 1;
  writeFileSync(CHANGED, bytes);
  writeFileSync(LETTER, 'Dear Bea');
  signal = await ward.door();
  auditor = await ward.visitor('tomas', { door: signal });
});

after(() => ward?.close());

function countersign(...words) {
  return spawnSync(PROGRAM, words, { encoding: 'utf8' });
}

/** The report of the command line: the verdict, and each finding as the page has it. */
function toldByTheProgram(file, ...words) {
  const { stdout } = countersign('verify', file, ...words);
  const [headline, , ...lines] = stdout.trimEnd().split('\n');
  const finding = /^(Holds|To know|Cannot be told|Does not hold|Cannot be read) +(.*) \((\w+)\)$/;
  return { headline, findings: lines.map((line) => line.match(finding).slice(1).join(' | ')) };
}

async function toldByThePage() {
  const headline = await auditor.page.locator('#verdict h2').innerText();
  const entries = await auditor.page.locator('#findings > div').all();
  const findings = entries.map(async (entry) => {
    const [words, sentence, code] = await Promise.all([entry.locator('dt'), entry.locator('dd'), entry.locator('code')].map((part) => part.textContent()));
    return [words, sentence.slice(0, -code.length - 1), code].join(' | ');
  });
  return { headline, findings: await Promise.all(findings) };
}

async function opens() {
  await auditor.open('/verify');
  await auditor.page.getByLabel('Proof file').waitFor();
}

async function gives(text) {
  await auditor.page.getByLabel("The organisation's key").fill(text);
}

async function chooses(file) {
  await auditor.page.getByLabel('Proof file').setInputFiles(file);
}

async function isTold(headline) {
  await auditor.page.getByRole('status').getByRole('heading', { name: headline }).waitFor();
}

const HOLDS = 'Everything that this file states holds.';
const DOES_NOT_HOLD = 'Something in this file does not hold. Do not rely on it.';
const CANNOT_BE_READ = 'This file cannot be checked.';

test('the page says what the command says, and nothing leaves the browser', async () => {
  await opens();
  await auditor.sees('from now on it opens without signal');
  signal.forget();
  const requests = [];
  auditor.browser.on('request', (request) => requests.push(request.url()));
  await gives(key);
  for (const [file, verdict] of [
    [PROOF, HOLDS],
    [CHANGED, /./],
    [LETTER, CANNOT_BE_READ],
    [PROOF, HOLDS],
  ]) {
    await chooses(file);
    await auditor.page.locator('#findings > div').first().waitFor();
    await isTold(verdict);
    const told = toldByTheProgram(file, '--key', key);
    assert.deepEqual(await toldByThePage(), told);
    assert.equal(told.headline === HOLDS, file === PROOF, told.headline);
  }
  assert.deepEqual(requests, []);
  assert.deepEqual(signal.requests, []);
});

test('not by good manners alone: the browser refuses whatever the page or its worker would send', async () => {
  const refused = await auditor.page.evaluate(() => fetch('/healthz').then(() => 'sent', () => 'refused'));
  assert.equal(refused, 'refused');
  const script = await auditor.page.locator('script[type=module]').getAttribute('src');
  const text = readFileSync(`${ward.server.client}${script}`, 'utf8');
  const worker = text.match(/\/verify\/worker-\w+\.js/)[0];
  const { headers } = await fetch(`${signal.address}${worker}`);
  assert.match(headers.get('content-security-policy'), /connect-src 'none'/);
});

test('no phone carries the check, and whoever merely checks loads no app', () => {
  const kept = (script) => JSON.parse(readFileSync(`${ward.server.client}/${script}`, 'utf8').match(/const PRECACHE = (.*);/)[1]).map(([address]) => address);
  const [app, page] = [kept('sw.js'), kept('verify/sw.js')];
  assert.ok(app.includes('/app/') && app.some((address) => address.startsWith('/client/replica-')));
  assert.deepEqual(app.filter((address) => address.startsWith('/verify')), []);
  assert.ok(page.some((address) => /^\/verify\/verify-\w+-module\.js$/.test(address)));
  assert.deepEqual(page.filter((address) => address.startsWith('/client/') && !address.startsWith('/client/style-')), []);
});

test('without a key the report says what the one in the file is worth; another key does not hold', async () => {
  await opens();
  await chooses(PROOF);
  await isTold(HOLDS);
  await auditor.sees(/No key was given, so the one in the file is trusted: compare it with the one that Quillbrook/);
  assert.deepEqual(await toldByThePage(), toldByTheProgram(PROOF));
  const another = `ed25519:${'0'.repeat(64)}`;
  await gives(another);
  await auditor.button('Check').click();
  await isTold(DOES_NOT_HOLD);
  assert.deepEqual(await toldByThePage(), toldByTheProgram(PROOF, '--key', another));
});

test('what is no key is said beside the field, and no report stands under it', async () => {
  await gives('Quillbrook');
  await auditor.button('Check').click();
  await auditor.page.getByRole('alert').getByText(/^This is no key: a key reads ed25519: and 64 hex digits/).waitFor();
  assert.equal(await auditor.page.locator('#findings > div').count(), 0);
  await gives(key);
  await auditor.button('Check').click();
  await isTold(HOLDS);
});

test('a file may be dropped anywhere on the page', async () => {
  await opens();
  const dropped = await auditor.page.evaluateHandle((base64) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0))], 'amara.countersign'));
    return transfer;
  }, readFileSync(PROOF).toString('base64'));
  await auditor.page.getByRole('heading', { level: 1 }).dispatchEvent('drop', { dataTransfer: dropped });
  await isTold(HOLDS);
});

test('visited once, it opens and checks without signal after a cold start', async () => {
  await signal.close();
  await auditor.reopen('/verify');
  await auditor.heading('Check a proof').first().waitFor();
  await gives(key);
  await chooses(PROOF);
  await isTold(HOLDS);
  assert.deepEqual(await toldByThePage(), toldByTheProgram(PROOF, '--key', key));
  await signal.open();
  assert.deepEqual(ward.complaints, []);
});

test('without JavaScript it says how else, and shows nothing that would not work', async () => {
  const plain = await ward.visitor('tomas', { javaScript: false });
  await plain.open('/');
  await plain.link('Check a proof').click();
  await plain.heading('Check a proof').first().waitFor();
  assert.match(await plain.page.locator('noscript').innerText(), /needs JavaScript/);
  await plain.sees('countersign verify FILE');
  assert.equal(await plain.page.getByLabel('Proof file').isVisible(), false);
});
