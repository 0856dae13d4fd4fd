// Installed: a manifest, a service worker, any address opens without signal after a cold start, and
// a new version says so instead of taking over.

import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CLIENT, own } from './harness/run.mjs';
import { Ward } from './harness/ward.mjs';

let ward, signal, amara;

before(async () => {
  ward = await Ward.open();
  signal = await ward.door();
  amara = await ward.person('amara', { door: signal });
  await amara.isInstalled();
});

after(() => ward?.close());

test('the manifest says what a phone needs to install it', async () => {
  await amara.open('/app/');
  const href = await amara.page.locator('link[rel=manifest]').getAttribute('href');
  const manifest = await amara.page.evaluate((href) => fetch(href).then((answer) => answer.json()), href);
  assert.equal(manifest.display, 'standalone');
  assert.equal(manifest.start_url, '/app/');
  const purposes = manifest.icons.map((icon) => `${icon.purpose} ${icon.sizes}`);
  for (const needed of ['any 192x192', 'any 512x512', 'maskable 192x192', 'maskable 512x512']) assert.ok(purposes.includes(needed), needed);
  for (const { src } of manifest.icons) {
    assert.equal(await amara.page.evaluate((src) => fetch(src).then((answer) => answer.status), src), 200, src);
  }
  assert.deepEqual(manifest.shortcuts.map((shortcut) => shortcut.name), ['Jot']);
  const session = await amara.browser.newCDPSession(amara.page);
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  // A window without a face cannot offer to install anything; every other reason would be ours.
  const ours = installabilityErrors.map((error) => error.errorId).filter((id) => id !== 'in-incognito');
  assert.deepEqual(ours, []);
});

test('any address of the app opens without signal, the first after a cold start', async () => {
  const record = await someRecord();
  await signal.close();
  const screens = [
    [record, 'What was decided'],
    ['/app/', 'Good '],
    ['/app/plan', 'My plan'],
    ['/app/records', 'Records'],
    ['/app/write', 'Write'],
    ['/app/claim', 'Ask for a sign-off'],
    ['/app/me', 'Amara Venn'],
    ['/app/unsent', 'Only on this phone'],
    ['/app/records/00000000-0000-4000-8000-000000000000', 'Not on this phone'],
  ];
  await amara.closeBrowser();
  await amara.openBrowser();
  for (const [path, heading] of screens) {
    await amara.open(path);
    await amara.heading(heading).first().waitFor();
  }
  // The service worker stands before nothing else: what needs the server says so by failing.
  await assert.rejects(amara.page.goto(`${amara.address}/help`), /ERR_/);
  // The refusal comes before the browser's own page about it: a test that went on now would be overtaken by that.
  await amara.page.waitForURL('chrome-error://chromewebdata/');
  await signal.open();
  assert.deepEqual(ward.complaints, []);
});

async function someRecord() {
  await amara.open('/app/records');
  const line = amara.page.locator('main a.line').first();
  await line.waitFor();
  return line.getAttribute('href');
}

test('a new version is announced, and comes when it is asked for', async () => {
  await amara.open('/app/me');
  await amara.heading('Amara Venn').waitFor();
  await amara.isInstalled();
  const caches = () => amara.page.evaluate(() => window.caches.keys());
  const before = await caches();
  await ward.server.stop();
  ward.server.client = anotherVersion();
  await ward.server.start();
  await amara.open('/app/me');
  await amara.sees('A new version is ready.');
  assert.equal(await amara.page.evaluate(() => navigator.serviceWorker.getRegistration().then((registration) => Boolean(registration.waiting))), true, 'it waits');
  const loaded = amara.page.waitForEvent('load');
  await amara.button('Use it now').click();
  await loaded;
  await amara.heading('Amara Venn').waitFor();
  await amara.page.waitForFunction(() => !document.documentElement.dataset.newVersion);
  const now = await caches();
  assert.ok(now.some((name) => name.endsWith('another') && !before.includes(name)), `${now}`);
  await amara.seesNot('A new version is ready.');
});

/** The same client under another version's name. */
function anotherVersion() {
  const folder = own('another-client');
  cpSync(CLIENT, folder, { recursive: true });
  const worker = join(folder, 'sw.js');
  const text = readFileSync(worker, 'utf8');
  const changed = text.replace(/const VERSION = '[^']+'/, "const VERSION = 'another'");
  assert.notEqual(changed, text);
  writeFileSync(worker, changed);
  // A release has it compressed beside, which would be served instead.
  for (const packed of ['br', 'gz']) rmSync(`${worker}.${packed}`, { force: true });
  return folder;
}
