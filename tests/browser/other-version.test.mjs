// App and server of different versions: both say so, nothing is lost, and it goes once they are alike.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SKILLS } from './harness/demo.mjs';
import { findingsOn } from './harness/look.mjs';
import { steps } from './harness/steps.mjs';
import { observes } from './harness/story.mjs';
import { Ward } from './harness/ward.mjs';

const SENTENCE = 'This app and the server are of different versions, so nothing can be sent.';
const OLDER = 'Rang before she was asked to';
const NEWER = 'Told the night shift herself';

let ward, door, ruth, amara;

before(async () => {
  ward = await Ward.open();
  door = await ward.door();
  ruth = await ward.person('ruth', { door });
  amara = await ward.person('amara');
  await amara.place('Records').click();
});

after(() => ward?.close());

test('a phone with an older app keeps everything until it is updated', async (t) => {
  const step = steps(t);
  const writes = (wentWell) =>
    observes(ruth, { who: 'Amara', first: 'Amara', skill: SKILLS.C02, place: 'Fenside Clinic', level: 'I stepped in a few times', wentWell });
  const arrives = (words) => amara.page.locator('a.line').filter({ hasText: words }).first().waitFor();

  await step('the server does not understand it, and the screen says so', async () => {
    door.speaks({ asked: 1 });
    await writes(OLDER);
    await ruth.sees(SENTENCE);
    await ruth.sees(/^Signed on this phone, \d\d:\d\d\. Goes once the app is updated\.$/);
    assert.deepEqual(await findingsOn(ruth, 'other-version'), []);
    await ruth.strip.click();
    await ruth.heading('Goes once the app is updated').waitFor();
    await ruth.seesNot('Goes when there is signal');
    assert.equal(await amara.page.getByText(OLDER).count(), 0);
  });

  await step('what was written is there after a restart, and goes with the update', async () => {
    await ruth.closeBrowser();
    door.speaks();
    await ruth.openBrowser();
    await ruth.open('/app/');
    await ruth.hasSentAll();
    await arrives(OLDER);
    assert.equal(await ruth.page.getByText(SENTENCE).count(), 0);
  });

  await step('it believes nothing of a server that is newer than it', async () => {
    door.speaks({ answered: 3 });
    await writes(NEWER);
    await ruth.sees(SENTENCE);
    door.speaks();
    await ruth.open('/app/');
    await ruth.hasSentAll();
    await arrives(NEWER);
  });

  // The server's refusals stand in the browser's console, and nothing else does.
  assert.deepEqual(ward.complaints.filter((complaint) => !/unknown_wire_version/.test(complaint)), []);
});
