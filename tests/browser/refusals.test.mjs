// What the rules forbid is refused on the screen, in the rule's own sentence.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SKILLS } from './harness/demo.mjs';
import { TABLET } from './harness/person.mjs';
import { asksForSignOff, choosesSkill, rates, writes } from './harness/story.mjs';
import { Ward } from './harness/ward.mjs';

let ward, amara, bea, farid;

before(async () => {
  ward = await Ward.open();
  amara = await ward.person('amara');
  bea = await ward.person('bea', { size: TABLET });
});

after(() => ward?.close());

/** What Bea is told under 'Sign off…', and that pressing it opens no sheet. */
async function signOffIsRefused(path, sentence) {
  await bea.goes(path.replace('/app/records/', '/app/review/'));
  const signOff = bea.button('Sign off…');
  await signOff.waitFor();
  const why = bea.page.locator('#why-approve');
  await why.waitFor();
  assert.match(await why.innerText(), sentence);
  assert.equal(await signOff.getAttribute('aria-disabled'), 'true');
  await signOff.click({ force: true });
  await bea.page.getByRole('alert').filter({ hasText: sentence }).first().waitFor();
  assert.equal(await bea.page.getByRole('dialog').count(), 0);
  await bea.page.getByRole('alert').getByRole('button', { name: 'Close' }).click();
}

test('r3_too_little_evidence_is_refused_with_what_is_missing', async () => {
  const claim = await asksForSignOff(amara, { skill: SKILLS.C05, level: 3 });
  await amara.sees('Rule not met yet');
  await amara.sees(/Still needs 3 at level 3 or more, from 2 people/);
  await amara.hasSentAll();
  await bea.place('Review').click();
  await bea.heading('Not ready yet').waitFor();
  await signOffIsRefused(claim, /Still needs 3 at level 3 or more, from 2 people\. Send it back, or wait until the feedback is there\./);
});

test('r2_what_one_alone_observed_they_do_not_sign_off', async () => {
  // S: two at level 3 or more from one observer; Bea is that one observer.
  for (const wentWell of ['Had it told back.', 'One thing at a time.']) {
    await beaObserves(wentWell);
  }
  await bea.hasSentAll();
  await amara.goes('/app/');
  await amara.section('New feedback').getByText('Had it told back.').waitFor();
  const claim = await asksForSignOff(amara, { skill: SKILLS.C08, level: 3 });
  await amara.sees(/^Needs .* Met\.$/);
  await amara.hasSentAll();
  await signOffIsRefused(claim, /You are the only one behind this evidence, so somebody else must decide\./);
});

/** A supervisor observes from the mentee's page. */
async function beaObserves(wentWell) {
  await bea.place('People').click();
  await bea.link(/Amara Venn/).click();
  await bea.link('Observe').click();
  await bea.group('What').waitFor();
  await choosesSkill(bea, SKILLS.C08);
  await bea.choose('Where', 'Quillbrook House');
  await bea.choose('How much did you need to help?', 'I stayed close');
  await writes(bea, 'Went well', wentWell);
  await bea.button('Sign and send to Amara').click();
  await bea.unlocks();
  await bea.page.waitForURL(/\/app\/records\//);
}

test('r9_a_wrong_pin_signs_nothing', async () => {
  await bea.place('Review').click();
  await bea.link(new RegExp(`${SKILLS.C01}, level 3`)).click();
  await bea.button('Sign off…').click();
  await bea.unlock({ pin: '999999' });
  await bea.page.getByRole('dialog').getByText('That is not the PIN of this phone. Try again.').waitFor();
  await bea.button('Not now').click();
  await bea.page.locator('.status').filter({ hasText: /^Sent$/ }).waitFor();
});

test('r6_sending_back_needs_a_reason_and_the_reason_arrives', async () => {
  const claim = bea.path.replace('/app/review/', '/app/records/');
  await bea.button('Send back…').click();
  await bea.unlock();
  await bea.page.getByRole('dialog').getByText('This needs a reason, which the others will read.').waitFor();
  await bea.unlocks({ reason: 'Say which number you rang first.' });
  await bea.hasSentAll();
  await amara.goes('/app/');
  await amara.section('Needs you').getByRole('link').filter({ hasText: SKILLS.C01 }).getByText('Sent back').waitFor();
  await amara.goes(claim);
  await amara.sees('Say which number you rang first.');
  await amara.page.locator('.status').filter({ hasText: 'Sent back' }).waitFor();
});

test('r4_a_version_that_was_superseded_is_not_signed_off', async () => {
  // Bea decides without signal on the version that she sees; meanwhile Amara sends another one.
  const door = await ward.door();
  const onTheRoad = await ward.person('bea', { size: TABLET, door });
  const claim = await asksForSignOff(amara, { skill: SKILLS.C03, level: 3, words: 'Version one' });
  await amara.hasSentAll();
  const review = claim.replace('/app/records/', '/app/review/');
  await onTheRoad.goes(review);
  await onTheRoad.sees('Version one');
  await door.close();
  await onTheRoad.button('Sign off…').click();
  await onTheRoad.unlocks();
  await onTheRoad.sees('Asked for, not in force yet');

  await amara.goes(claim);
  await amara.link('Change the words').click();
  const box = amara.page.getByLabel(/^In your words/);
  await box.fill('Version two, with the times');
  await box.blur();
  await amara.button('Send to Bea').click();
  await amara.unlocks();
  await amara.page.waitForURL(/\/app\/records\//);
  await amara.hasSentAll();

  await door.open();
  await onTheRoad.feelsSignal();
  await onTheRoad.strip.filter({ hasText: '1 could not be sent' }).waitFor();
  await onTheRoad.strip.click();
  await onTheRoad.heading('Could not be sent').waitFor();
  await onTheRoad.sees('A newer version (version 2) has been sent since you looked. Read what changed, then decide.');
  await onTheRoad.goes(review);
  await onTheRoad.sees('Version two, with the times');
  await onTheRoad.page.locator('.status').filter({ hasText: /^Sent$/ }).waitFor();
  await onTheRoad.closeBrowser();
});

test('r8_a_chosen_time_in_the_future_is_refused', async () => {
  await bea.closeBrowser();
  farid = await ward.person('farid');
  await rates(farid, { who: 'Joon', skill: SKILLS.C02, place: 'Fenside Clinic', level: 'I stayed close' });
  await farid.page.locator('summary').filter({ hasText: 'Earlier than now' }).click();
  const tomorrow = new Date(Date.now() + 2 * 24 * 60 * 60 * 1000).toISOString().slice(0, 16);
  const field = farid.page.getByLabel('When it happened');
  await field.fill(tomorrow);
  await field.blur();
  await farid.page.getByRole('alert').filter({ hasText: 'The chosen time lies in the future. Choose when it happened.' }).first().waitFor();
  await farid.button('Sign and send to Joon').click();
  assert.equal(await farid.page.getByRole('dialog').count(), 0);
  await farid.page.locator('#send-needed').filter({ hasText: 'lies in the future' }).waitFor();
  await farid.button('Throw away').click();
  await farid.isReady();
});

test('r15_below_the_expected_level_needs_what_to_try_next', async () => {
  await rates(farid, { who: 'Amara', skill: SKILLS.C03, place: 'Quillbrook House', level: 'I rewrote it' });
  await farid.sees('Below what is expected now. Say what to try next, so that it helps.');
  await farid.button('Say what to try next, then sign').click();
  assert.equal(await farid.page.getByRole('dialog').count(), 0);
  await farid.page.locator('#try-next:focus').waitFor();
  await farid.page.locator('#try-next').fill('Write when you looked.');
  await farid.page.locator('#try-next').blur();
  await farid.button('Say what to try next, then sign').click();
  assert.equal(await farid.page.getByRole('dialog').count(), 0);
  await farid.choose('Next step', 'Do one together');
  await farid.button('Sign and send to Amara').click();
  await farid.unlocks();
  await farid.page.waitForURL(/\/app\/records\//);
  await amara.goes('/app/');
  await amara.section('New feedback').getByText('Write when you looked.').waitFor();
});

test('no page complained', () => assert.deepEqual(ward.complaints, []));
