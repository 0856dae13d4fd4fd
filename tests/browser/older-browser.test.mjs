// A browser without Ed25519 signs with ES256, and everybody believes it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SKILLS } from './harness/demo.mjs';
import { steps } from './harness/steps.mjs';
import { observes } from './harness/story.mjs';
import { Ward } from './harness/ward.mjs';

/** Run in the replica's worker before anything else: as in a browser of 2024. */
const WITHOUT_ED25519 = `{
  const generate = SubtleCrypto.prototype.generateKey;
  SubtleCrypto.prototype.generateKey = function (algorithm, ...rest) {
    if ((algorithm.name ?? algorithm) === 'Ed25519') return Promise.reject(new DOMException('not here', 'NotSupportedError'));
    self.ecdsaKeys = (self.ecdsaKeys ?? 0) + (algorithm.name === 'ECDSA');
    return generate.call(this, algorithm, ...rest);
  };
}`;
const FIRST = 'Asked her first, every time';
const SECOND = 'Wrote it down before the end of the shift';

let ward, door, ruth, amara;

before(async () => {
  ward = await Ward.open();
  door = await ward.door();
  door.runBeforeNext(/^\/client\/replica-worker[^/]*\.js$/, WITHOUT_ED25519);
  ruth = await ward.person('ruth', { door });
  amara = await ward.person('amara');
});

after(() => ward?.close());

test('a browser without Ed25519 signs, and others read it', async (t) => {
  const step = steps(t);
  const writes = (wentWell) =>
    observes(ruth, { who: 'Amara', first: 'Amara', skill: SKILLS.C02, place: 'Fenside Clinic', level: 'I stepped in a few times', wentWell });

  await step('its key is of the other kind', async () => {
    const made = await Promise.all(ruth.page.workers().map((worker) => worker.evaluate(() => self.ecdsaKeys ?? 0)));
    assert.equal(made.reduce((sum, one) => sum + one, 0), 1);
  });

  await step('what it signs is accepted, and verified on another phone', async () => {
    await writes(FIRST);
    await ruth.hasSentAll();
    await amara.place('Records').click();
    await amara.page.locator('a.line').filter({ hasText: FIRST }).first().waitFor();
  });

  await step('the key opens again after a restart', async () => {
    await ruth.closeBrowser();
    await ruth.openBrowser();
    await ruth.open('/app/');
    await ruth.isReady();
    await writes(SECOND);
    await ruth.hasSentAll();
    await amara.page.locator('a.line').filter({ hasText: SECOND }).first().waitFor();
  });

  assert.deepEqual(ward.complaints, []);
});
