// What must not be kept is erased by the lead: it leaves the screens that show it, and the phones.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SKILLS } from './harness/demo.mjs';
import { findingsOn } from './harness/look.mjs';
import { steps } from './harness/steps.mjs';
import { observes } from './harness/story.mjs';
import { Ward } from './harness/ward.mjs';

const WORDS = 'Found her at 4 Hallow Street and rang at once';
const ERASED = 'The words of this record were erased for good by the programme lead.';

let ward, signal, ruth, amara, tomas;

before(async () => {
  ward = await Ward.open();
  signal = await ward.door();
  ruth = await ward.person('ruth');
  amara = await ward.person('amara', { door: signal });
  tomas = await ward.visitor('tomas');
});

after(() => ward?.close());

test('what is erased leaves every screen, and its signature stays', async (t) => {
  const step = steps(t);

  await step('Amara reads feedback with an address in it, and answers without signal', async () => {
    await observes(ruth, { who: 'Amara', first: 'Amara', skill: SKILLS.C02, place: 'Fenside Clinic', level: 'I stepped in a few times', wentWell: WORDS });
    await ruth.hasSentAll();
    await amara.place('Records').click();
    const line = amara.page.locator('a.line').filter({ hasText: WORDS });
    await line.waitFor();
    await line.click();
    await amara.sees(WORDS);
  });

  await step('Tomas finds it by its words and has it erased, with a reason', async () => {
    await tomas.signIn();
    const amaras = tomas.page.getByRole('article').filter({ has: tomas.heading(/^Amara Venn with/) });
    await amaras.getByRole('link', { name: /^Erase words in Amara Venn/ }).click();
    await tomas.heading('Erase words for good').waitFor();
    assert.deepEqual(await findingsOn(tomas, 'lead-erase-choice'), []);
    await tomas.page.getByRole('link', { name: /^Observation by Ruth Calloray/ }).first().click();
    await tomas.sees(WORDS);
    assert.deepEqual(await findingsOn(tomas, 'lead-erase'), []);
    await tomas.page.getByLabel('Reason').fill('The address of somebody cared for');
    await tomas.button('Erase these words for good').click();
    await tomas.sees('The words are gone.');
    await tomas.closeBrowser();
  });

  await step('they leave the screen that shows them, without a reload', async () => {
    await amara.sees(ERASED);
    assert.equal(await amara.page.getByText(WORDS).count(), 0);
    assert.deepEqual(await findingsOn(amara, 'record-erased'), []);
    await amara.sees(/Ruth Calloray/);
  });

  await step('and the phone: opened again without signal, nothing of them is there', async () => {
    await amara.hasSentAll();
    await signal.close();
    await amara.closeBrowser();
    await amara.openBrowser();
    await amara.open('/app/records');
    await amara.page.locator('a.line').first().waitFor();
    assert.equal(await amara.page.getByText(WORDS).count(), 0);
    await amara.page.locator('a.line').filter({ hasText: 'Words erased' }).first().click();
    await amara.sees(ERASED);
  });

  await step('Ruth has lost her draft of it too, and goes on working', async () => {
    await ruth.place('Records').click();
    await ruth.page.locator('a.line').filter({ hasText: 'Words erased' }).first().waitFor();
    assert.equal(await ruth.page.getByText(WORDS).count(), 0);
    const next = 'Told the next shift about every open task';
    await observes(ruth, { who: 'Amara', first: 'Amara', skill: SKILLS.C02, place: 'Fenside Clinic', level: 'I stepped in a few times', wentWell: next });
    await ruth.hasSentAll();
  });

  assert.deepEqual(ward.complaints, []);
});
