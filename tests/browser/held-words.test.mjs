// What somebody wrote before they were removed and sent afterwards is held, and the lead decides.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PEOPLE, SKILLS } from './harness/demo.mjs';
import { findingsOn } from './harness/look.mjs';
import { steps } from './harness/steps.mjs';
import { observes } from './harness/story.mjs';
import { Ward } from './harness/ward.mjs';

const WORDS = 'Told the next shift about every open task';

let ward, signal, farid, tomas;

before(async () => {
  ward = await Ward.open();
  signal = await ward.door();
  farid = await ward.person('farid', { door: signal });
  tomas = await ward.visitor('tomas');
});

after(() => ward?.close());

test('r10_late_words_are_held_and_adopted_by_the_lead', async (t) => {
  const step = steps(t);

  await step('Farid signs without signal, and is removed meanwhile', async () => {
    await signal.close();
    await observes(farid, { who: 'Amara', first: 'Amara', skill: SKILLS.C02, place: 'Fenside Clinic', level: 'I stepped in a few times', wentWell: WORDS });
    await farid.sees('Goes when there is signal.');

    await tomas.signIn();
    await tomas.heading('Programme lead').waitFor();
    const amaras = tomas.page.getByRole('article').filter({ has: tomas.heading(/^Amara Venn with/) });
    await amaras.getByRole('link', { name: `End ${PEOPLE.farid.name}'s membership as mentor` }).click();
    await tomas.page.getByLabel('Reason').fill('Moved to the clinic for good');
    await tomas.button('End membership now').click();
    await tomas.sees('The membership has ended.');
  });

  await step('what he sends late does not arrive, and he is told where it is', async () => {
    await signal.open();
    await farid.feelsSignal();
    await farid.strip.filter({ hasText: '1 could not be sent' }).waitFor();
    await farid.strip.click();
    await farid.heading('Could not be sent').waitFor();
    await farid.sees('You were no longer part of this relationship when this arrived. Your programme lead has it and decides whether it belongs there.');
    await farid.sees(WORDS);
    // The relationship is not on his phone any more: what it was about still has its names.
    const stuck = farid.section('Could not be sent');
    await stuck.getByRole('heading', { name: SKILLS.C02 }).waitFor();
    await stuck.locator('dd').getByText(SKILLS.C02, { exact: true }).waitFor();
    await stuck.getByText('Not on this phone any more').waitFor();
    assert.deepEqual(await stuck.locator('dt').evaluateAll((labels) => labels.slice(0, 3).map((label) => label.innerText)), ['Who', 'What', 'Where']);
    assert.deepEqual(await findingsOn(farid, 'stuck-held'), []);
    await farid.closeBrowser();
  });

  await step('Tomas reads it in full and takes it over', async () => {
    await tomas.open('/lead');
    assert.deepEqual(await findingsOn(tomas, 'lead-held'), []);
    const held = tomas.page.getByRole('article').filter({ has: tomas.heading(`From ${PEOPLE.farid.name}`) }).filter({ hasText: WORDS });
    await held.getByRole('button', { name: 'Take over' }).click();
    await tomas.sees('Taken over.');
    await tomas.closeBrowser();
  });

  await step('Amara has it under its author\'s name', async () => {
    const amara = await ward.person('amara');
    await amara.place('Records').click();
    const line = amara.page.locator('a.line').filter({ hasText: WORDS });
    await line.waitFor();
    assert.match(await line.innerText(), /Farid/);
    await line.click();
    await amara.sees(WORDS);
    await amara.sees(/Farid Nasweh/);
  });

  assert.deepEqual(ward.complaints, []);
});
