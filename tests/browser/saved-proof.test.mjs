// A phone saves a proof without signal: the same file that the server would write, and anybody can check it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { SKILLS } from './harness/demo.mjs';
import { findingsOn } from './harness/look.mjs';
import { TABLET } from './harness/person.mjs';
import { PROGRAM, own } from './harness/run.mjs';
import { recordOf } from './harness/story.mjs';
import { Ward } from './harness/ward.mjs';
import { decoded } from './vectors/cbor.mjs';

const HOLDS = 'Everything that this file states holds.';

let ward, signal, bea, auditor, record, saved;

before(async () => {
  ward = await Ward.open();
  signal = await ward.door();
  bea = await ward.person('bea', { door: signal, size: TABLET });
  auditor = await ward.visitor('tomas');
});

after(() => ward?.close());

function countersign(...words) {
  return spawnSync(PROGRAM, words, { encoding: 'utf8' });
}

/** Presses the button and keeps what the browser is handed. */
async function saves(name) {
  const handed = bea.page.waitForEvent('download');
  await bea.button('Save proof').click();
  const download = await handed;
  assert.equal(download.suggestedFilename(), `claim-${record}.countersign`);
  const file = own(name);
  await download.saveAs(file);
  return file;
}

/** What page and program say about a file; their words are the same. */
async function isTold(file, key) {
  const { status, stdout } = countersign('verify', file, '--key', key);
  const headline = stdout.split('\n')[0];
  await auditor.page.getByLabel("The organisation's key").fill(key);
  await auditor.page.getByLabel('Proof file').setInputFiles(file);
  await auditor.page.getByRole('status').getByRole('heading', { name: headline }).waitFor();
  for (const finding of stdout.trimEnd().split('\n').slice(2)) {
    const [, sentence] = finding.match(/^(?:Holds|To know|Cannot be told|Does not hold|Cannot be read) +(.*) \(\w+\)$/);
    await auditor.page.getByRole('definition').filter({ hasText: sentence }).first().waitFor();
  }
  return { status, headline };
}

test('what is not signed off yet has no proof to save', async () => {
  await bea.place('Review').click();
  await bea.section('What waits for you').getByRole('link').filter({ hasText: SKILLS.C01 }).first().click();
  await bea.button('Sign off…').waitFor();
  assert.equal(await bea.button('Save proof').count(), 0);
});

test('a sign-off is saved as a proof without signal', async () => {
  await bea.button('Sign off…').click();
  await bea.unlocks();
  await bea.hasSentAll();
  record = recordOf(bea.path);
  await bea.button('Save proof').waitFor();
  await signal.close();
  await bea.reopen(`/app/records/${record}`);
  saved = await saves('saved.countersign');
  await bea.sees(/^Saved as claim-.*It shows what this phone had, the newest of it received /);
  await bea.heading('A proof for somebody else').scrollIntoViewIfNeeded();
  assert.deepEqual(await findingsOn(bea, 'record-proof'), []);
  await signal.open();
});

test('it is the file that the server would write, but for the end that only the server can attest', () => {
  const exported = own('exported.countersign');
  const { status, stderr } = countersign('export', '--record', record, '--out', exported, '--database', ward.server.database);
  assert.equal(status, 0, stderr);
  const [mine, servers] = [saved, exported].map((file) => decoded(readFileSync(file)));
  const [log] = servers.get('logs');
  assert.ok(log.delete('checkpoint'));
  assert.deepEqual(mine, servers);
});

test('program and page say that it holds, and both find a spoiled byte', async () => {
  const { stdout } = countersign('verify', saved);
  const key = stdout.match(/ed25519:[0-9a-f]{64}/)[0];
  await auditor.open('/verify');
  assert.deepEqual(await isTold(saved, key), { status: 0, headline: HOLDS });
  const bytes = readFileSync(saved);
  // Within the words of the feedback that the sign-off rests on.
  const place = bytes.lastIndexOf('competency');
  assert.ok(place > 0, 'the words are in it');
  bytes[place] ^= 1;
  const spoiled = own('spoiled.countersign');
  writeFileSync(spoiled, bytes);
  assert.deepEqual(await isTold(spoiled, key), { status: 1, headline: 'Something in this file does not hold. Do not rely on it.' });
});

test('what waits on the phone is in no proof, and is said', async () => {
  await bea.open(`/app/records/${record}`);
  await signal.close();
  await bea.page.locator('summary').filter({ hasText: 'Something wrong with this record?' }).click();
  await bea.button('Take the sign-off back…').click();
  await bea.unlocks({ reason: 'The wrong claim.' });
  await bea.sees('What waits on this phone is not in it: it counts once it has gone.');
  assert.ok(readFileSync(await saves('before.countersign')).equals(readFileSync(saved)));
  await signal.open();
  await bea.feelsSignal();
  await bea.hasSentAll();
  const { stdout } = countersign('verify', await saves('after.countersign'));
  assert.match(stdout, /the sign-off was taken back/);
  assert.deepEqual(ward.complaints, []);
});
