// How often a finger touches the glass: with two mentees and nothing preselected, words and unlock
// apart.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SKILLS } from './harness/demo.mjs';
import { rates } from './harness/story.mjs';
import { Ward } from './harness/ward.mjs';

let ward, farid;

before(async () => {
  ward = await Ward.open();
  farid = await ward.person('farid');
});

after(() => ward?.close());

test('an observation takes six taps', async () => {
  farid.taps = 0;
  await rates(farid, { who: 'Joon', skill: SKILLS.C10, place: 'Fenside Clinic', level: 'I stayed close' });
  await farid.tap(farid.button('Sign and send to Joon'));
  await farid.unlocks();
  await farid.page.waitForURL(/\/app\/records\//);
  assert.ok(farid.taps <= 6, `${farid.taps} taps`);
});

test('the place of the last hours is preselected, which saves one', async () => {
  await farid.place('Today').click();
  farid.taps = 0;
  await rates(farid, { who: 'Joon', skill: SKILLS.C10, level: 'I stayed close' });
  await farid.tap(farid.button('Sign and send to Joon'));
  await farid.unlocks();
  await farid.page.waitForURL(/\/app\/records\//);
  assert.ok(farid.taps <= 5, `${farid.taps} taps`);
});

test('below the expected level it takes seven, with a chip', async () => {
  await farid.place('Today').click();
  farid.taps = 0;
  await rates(farid, { who: 'Joon', skill: SKILLS.C10, place: 'Fenside Clinic', level: 'I stepped in a few times' });
  // Words are apart: the box is open already.
  await farid.page.getByRole('textbox', { name: 'Try next time' }).fill('Keep the trolley covered.');
  await farid.choose('Next step', 'Do one together');
  await farid.tap(farid.button('Sign and send to Joon'));
  await farid.unlocks();
  await farid.page.waitForURL(/\/app\/records\//);
  assert.ok(farid.taps <= 7, `${farid.taps} taps`);
});

test('a jot takes two, and one from the icon\'s shortcut', async () => {
  await farid.place('Today').click();
  farid.taps = 0;
  await farid.tap(farid.place('Observe'));
  await farid.tap(farid.page.getByLabel('Jot a line, finish later'));
  await farid.page.keyboard.type('Asked the right question');
  assert.ok(farid.taps <= 2, `${farid.taps} taps`);
  await farid.place('Today').click();
  await farid.section('To finish').getByText('Asked the right question').waitFor();

  await farid.open('/app/observe?jot=1');
  await farid.page.locator('#jot:focus').waitFor();
  await farid.page.keyboard.type('And a second one');
  await farid.place('Today').click();
  await farid.section('To finish').getByText('And a second one').waitFor();
  assert.deepEqual(ward.complaints, []);
});
