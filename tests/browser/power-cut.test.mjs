// The server dies while it has a phone's records in its hands. Nothing is lost, nothing is there
// twice.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SKILLS } from './harness/demo.mjs';
import { observes } from './harness/story.mjs';
import { Ward } from './harness/ward.mjs';

let ward, signal, ruth, amara;

before(async () => {
  ward = await Ward.open();
  signal = await ward.door();
  ruth = await ward.person('ruth', { door: signal });
  amara = await ward.person('amara');
});

after(() => ward?.close());

const CUTS = [
  ['before the server has answered', (act) => signal.duringNextPush(act)],
  ['after it has stored and answered, on the way back', (act) => signal.loseNextAnswer(act)],
];

for (const [when, cut] of CUTS) {
  test(`killed ${when}: the observation arrives once`, async () => {
    const words = `Kept her voice low, ${when}`;
    // Signed without signal, so that the push is the one with the signature in it.
    await signal.close();
    await observes(ruth, { first: 'Amara', skill: SKILLS.C07, place: 'Quillbrook House', level: 'I stayed close', wentWell: words });
    await ruth.strip.filter({ hasText: /only on this phone/ }).waitFor();
    const killed = cut(() => ward.server.kill());
    await signal.open();
    await ruth.feelsSignal();
    await killed;
    await ruth.strip.filter({ hasText: /only on this phone/ }).waitFor();

    await ward.server.start();
    await ruth.feelsSignal();
    await ruth.hasSentAll();
    await ruth.page.locator('.status').filter({ hasText: 'Signed and locked' }).waitFor();

    await amara.feelsSignal();
    await amara.goes('/app/');
    await amara.section('New feedback').getByText(words).waitFor();
    assert.equal(await amara.section('New feedback').getByText(words).count(), 1, 'it is there once');
    await amara.section('New feedback').getByRole('link').filter({ hasText: words }).click();
    const decided = amara.section('What was decided').getByRole('listitem');
    await decided.first().waitFor();
    assert.equal(await decided.count(), 1, 'one signature, not two');
    await ruth.goes('/app/');
    await ruth.isReady();
  });
}

test('no page complained', () => assert.deepEqual(ward.complaints, []));
