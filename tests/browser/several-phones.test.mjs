// One person, several tabs and several phones, one draft.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SKILLS } from './harness/demo.mjs';
import { rates, writes } from './harness/story.mjs';
import { Ward } from './harness/ward.mjs';

let ward, signal, ruth;

before(async () => {
  ward = await Ward.open();
  signal = await ward.door();
  ruth = await ward.person('ruth', { door: signal });
});

after(() => ward?.close());

const wentWell = (person) => person.page.getByRole('textbox', { name: 'Went well' });

test('two tabs of one browser write in the same draft', async () => {
  await rates(ruth, { skill: SKILLS.C07, place: 'Quillbrook House', level: 'I stayed close' });
  await ruth.page.waitForURL(/\/app\/observe\/.+/);
  const tab = await ruth.anotherTab(ruth.path);
  await tab.choice('How much did you need to help?', 'I stayed close').waitFor();
  await writes(tab, 'Went well', 'From the second tab');
  await wentWell(ruth).waitFor();
  await ruth.page.waitForFunction(() => document.getElementById('went-well').value === 'From the second tab');
  await writes(ruth, 'Went well', 'From the second tab, and on in the first');
  await tab.page.waitForFunction(() => document.getElementById('went-well').value.endsWith('in the first'));
  // The tab that leads is closed: the other goes on.
  const draft = tab.path;
  await ruth.page.close();
  ruth.page = tab.page;
  await writes(ruth, 'Try next time', 'Wait a little longer');
  await ruth.hasSentAll();
  await ruth.goes('/app/');
  await ruth.section('To finish').getByText('From the second tab, and on in the first').waitFor();
  await ruth.goes(draft);
  assert.equal(await wentWell(ruth).inputValue(), 'From the second tab, and on in the first');
  assert.equal(await ruth.page.getByText('Written twice').count(), 0, 'one browser has one replica, so nothing was typed apart');
});

test('two phones without signal: both values side by side, and one is picked', async () => {
  const other = await ward.door();
  const second = await ward.person('ruth', { door: other });
  const draft = ruth.path;
  await second.goes(draft);
  await wentWell(second).waitFor();
  await signal.close();
  await other.close();
  await writes(ruth, 'Went well', 'Typed on the first phone');
  await writes(second, 'Went well', 'Typed on the second phone');
  await signal.open();
  await ruth.feelsSignal();
  await ruth.hasSentAll();
  await other.open();
  await second.feelsSignal();
  await second.hasSentAll();
  for (const phone of [ruth, second]) {
    const twice = phone.section('Written twice');
    await twice.getByText('Typed on the first phone').waitFor();
    await twice.getByText('Typed on the second phone').waitFor();
  }
  const pick = second.section('Written twice').getByRole('listitem').filter({ hasText: 'Typed on the first phone' });
  await pick.getByRole('button', { name: 'Take this one' }).click();
  for (const phone of [ruth, second]) {
    await phone.section('Written twice').waitFor({ state: 'hidden' });
    await phone.page.waitForFunction(() => document.getElementById('went-well').value === 'Typed on the first phone');
  }
  assert.deepEqual(ward.complaints, []);
});
