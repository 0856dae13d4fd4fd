// What the screens say about who reads what is so, and all of them say the same.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SKILLS } from './harness/demo.mjs';
import { Ward } from './harness/ward.mjs';

const WORDS = 'Change, since when, what you need: in one breath.';

let ward, ruth, tomas;

before(async () => {
  ward = await Ward.open();
  ruth = await ward.person('ruth');
});

after(() => ward?.close());

test('a record and \'Me\' name the same readers, the programme lead among them', async () => {
  await ruth.goes('/app/records?show=feedback');
  await ruth.page.locator('main a.line').filter({ hasText: WORDS }).click();
  await ruth.page.locator('.who').waitFor();
  const everybody = await ruth.page.locator('.who strong').innerText();
  assert.deepEqual(everybody.split(/, | and /).sort(), ['Amara', 'Bea', 'Farid', 'Tomas', 'me']);
  const record = ruth.path;
  await ruth.place('Me').click();
  const who = ruth.section('Who sees what');
  await who.getByText(everybody, { exact: true }).waitFor();
  await who.getByText('A programme lead who is named here reads what is shared there, like everybody who is named. Nobody reads your drafts.').waitFor();

  tomas = await ward.visitor('tomas');
  await tomas.signIn();
  await tomas.heading('Programme lead').waitFor();
  await tomas.open('/app/');
  await tomas.choosePin();
  await tomas.isReady();
  await tomas.goes(record);
  await tomas.page.locator('.record').getByText(WORDS).first().waitFor();
});

test('the programme lead reads no draft', async () => {
  await ruth.goes('/app/');
  await ruth.section('To finish').getByText('calm with the new resident, good questions').waitFor();
  await tomas.goes('/app/records');
  await tomas.page.locator('main a.line').filter({ hasText: SKILLS.C01 }).first().waitFor();
  await tomas.seesNot(/calm with the new resident/);
});

test('the help pages say so too', async () => {
  await tomas.open('/help');
  await tomas.sees('The relationship: mentee, mentors, supervisor, and the programme lead who is named in it.');
  await tomas.sees(/^All that is shared in the relationships in which they are named, and nothing of any other\./);
  assert.deepEqual(ward.complaints, []);
});
