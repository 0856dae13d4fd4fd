// Two people prepare a session, each without signal: what both typed stands in it, and nobody else reads it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findingsOn } from './harness/look.mjs';
import { steps } from './harness/steps.mjs';
import { Ward } from './harness/ward.mjs';

const HERS = 'How do I say no to a doctor?';
const REMARK = 'Only if there is time.';
const THEIRS = 'Falls at night.';

let ward, signal, ruth, amara, bea, tomas, session;

before(async () => {
  ward = await Ward.open();
  signal = await ward.door();
  ruth = await ward.person('ruth');
  amara = await ward.person('amara', { door: signal });
  bea = await ward.person('bea');
  tomas = await ward.visitor('tomas');
});

after(() => ward?.close());

/** Types at the end of a box that several people write in. */
async function typesInto(person, label, words) {
  const box = person.page.getByRole('textbox', { name: label });
  await box.click();
  await box.press('Control+End');
  await box.pressSequentially(words);
}

test('r13_a_session_is_prepared_by_two_and_read_by_two', async (t) => {
  const step = steps(t);

  await step('Ruth begins it and shares it', async () => {
    await ruth.place('People').click();
    await ruth.link(/Amara Venn/).click();
    await ruth.link('Prepare a session').click();
    await ruth.heading('Session').waitFor();
    await typesInto(ruth, 'To talk about', THEIRS);
    await ruth.page.getByLabel('Where, or how').fill('Ward office');
    await ruth.page.getByLabel('Where, or how').blur();
    await ruth.button('Share').click();
    await ruth.page.waitForURL(/\/app\/records\//);
    session = ruth.path.replace('/app/records/', '/app/edit/');
    await ruth.sees(THEIRS);
    await ruth.sees('Between the two of you');
    await ruth.hasSentAll();
  });

  await step('Amara has it, and writes on the bus while Ruth writes at her desk', async () => {
    await amara.open(session);
    await amara.page.getByRole('textbox', { name: 'To talk about' }).and(amara.page.locator(':not(:placeholder-shown)')).waitFor();
    await signal.close();
    await typesInto(amara, 'To talk about', ` ${HERS}`);
    await amara.page.getByRole('textbox', { name: 'Notes' }).click();
    await ruth.open(session);
    const box = ruth.page.getByRole('textbox', { name: 'To talk about' });
    await box.click();
    await box.press('Control+Home');
    await box.pressSequentially('Tea first. ');
    await ruth.page.getByRole('textbox', { name: 'Notes' }).click();
    await ruth.hasSentAll();
  });

  await step('what both typed stands there, on both phones', async () => {
    await signal.open();
    await amara.feelsSignal();
    await amara.hasSentAll();
    const whole = `Tea first. ${THEIRS} ${HERS}`;
    for (const person of [amara, ruth]) {
      await person.open(session.replace('/app/edit/', '/app/records/'));
      await person.sees(whole);
    }
  });

  await step('what one of the two remarks for the two of them, the other reads', async () => {
    await amara.page.getByLabel('Your words').fill(REMARK);
    await amara.button('Add for the two of you').click();
    await amara.sees('Added.');
    await ruth.page.locator('.comment').filter({ hasText: REMARK }).getByText('Between the two of you').waitFor();
    assert.deepEqual(await findingsOn(ruth, 'record-session-remark'), []);
  });

  await step('the others read where it is, and not a word of it', async () => {
    await bea.open(session.replace('/app/edit/', '/app/records/'));
    await bea.sees('Ward office');
    await bea.seesNot('Between the two of you');
    await bea.seesNot(HERS);
    await bea.seesNot(REMARK);
    assert.equal(await bea.button('Add for the two of you').count(), 0);
    const kept = await bea.page.evaluate(async () => JSON.stringify(await indexedDB.databases()));
    assert.ok(kept.length > 0);
    await tomas.signIn();
    await tomas.heading('Programme lead').waitFor();
    await tomas.seesNot(HERS);
  });

  assert.deepEqual(ward.complaints, []);
});
