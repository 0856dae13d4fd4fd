// What the rules forbid is refused on the screen, in the rule's own sentence.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SKILLS } from './harness/demo.mjs';
import { findingsOn } from './harness/look.mjs';
import { TABLET } from './harness/person.mjs';
import { asksForSignOff, choosesSkill, rates, writes } from './harness/story.mjs';
import { Ward } from './harness/ward.mjs';

let ward, amara, bea, farid, ruth;

before(async () => {
  ward = await Ward.open();
  amara = await ward.person('amara');
  bea = await ward.person('bea', { size: TABLET });
});

after(() => ward?.close());

/** What Bea is told under 'Sign off…', and that pressing it opens no sheet. */
async function signOffIsRefused(path, sentence, picture) {
  await bea.goes(path.replace('/app/records/', '/app/review/'));
  const signOff = bea.button('Sign off…');
  await signOff.waitFor();
  const why = bea.page.locator('#why-approve');
  await why.waitFor();
  assert.match(await why.innerText(), sentence);
  assert.equal(await signOff.getAttribute('aria-disabled'), 'true');
  await signOff.click({ force: true });
  await bea.page.locator('#why-approve:focus').waitFor();
  assert.equal(await bea.page.getByRole('dialog').count(), 0);
  if (picture) assert.deepEqual(await findingsOn(bea, picture), []);
}

test('r3_too_little_evidence_is_refused_with_what_is_missing', async () => {
  const claim = await asksForSignOff(amara, { skill: SKILLS.C05, level: 3 });
  await amara.sees('Rule not met yet');
  await amara.sees(/Still needs 3 at level 3 or more, from 2 people/);
  await amara.hasSentAll();
  await bea.place('Review').click();
  await bea.heading('Not ready yet').waitFor();
  await signOffIsRefused(claim, /Still needs 3 at level 3 or more, from 2 people\. Send it back, or wait until the feedback is there\./, 'refused');
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
  await onTheRoad.sees('Signed off: not in force');
  await onTheRoad.seesNot('Everything is sent.');
  assert.equal(await onTheRoad.button('Copy the words').count(), 0, 'a decision has none');
  await onTheRoad.sees('A newer version (version 2) has been sent since you looked. Read what changed, then decide.');
  assert.deepEqual(await findingsOn(onTheRoad, 'stuck-refused'), []);
  await onTheRoad.goes(review);
  await onTheRoad.sees('Version two, with the times');
  await onTheRoad.page.locator('.status').filter({ hasText: /^Sent$/ }).waitFor();
  await onTheRoad.closeBrowser();
});

/** Opens the feedback with these words from the list of records. */
async function opensFeedback(person, words) {
  await person.goes('/app/records?show=feedback');
  await person.page.locator('main a.line').filter({ hasText: words }).click();
  await person.page.locator('.record').getByText(words).first().waitFor();
}

const opensWhatIsWrong = (person) => person.page.locator('summary').filter({ hasText: 'Something wrong with this record?' }).click();

test('r7_what_a_sign_off_rests_on_is_not_withdrawn_before_it', async () => {
  ruth = await ward.person('ruth');
  await opensFeedback(ruth, 'Would pass audit but for one time.');
  await opensWhatIsWrong(ruth);
  const withdraw = ruth.button('Recorded by mistake…');
  const why = ruth.page.locator('#why-void');
  const sentence = 'A sign-off rests on this. The sign-off must be taken back first. Its words can be hidden at once.';
  await withdraw.waitFor();
  assert.equal(await why.innerText(), sentence);
  assert.equal(await withdraw.getAttribute('aria-disabled'), 'true');
  assert.equal(await ruth.button('Hide the words…').getAttribute('aria-disabled'), null, 'hiding never waits');
  await withdraw.click({ force: true });
  await ruth.page.locator('#why-void:focus').waitFor();
  assert.equal(await ruth.page.getByRole('dialog').count(), 0);

  await bea.goes('/app/records?show=sign-offs');
  await bea.page.locator('main a.line').filter({ hasText: `${SKILLS.C03}, level 3` }).filter({ hasText: 'Signed off' }).click();
  await opensWhatIsWrong(bea);
  await bea.button('Take the sign-off back…').click();
  await bea.page.locator('#sheet-reason:focus').waitFor();
  await bea.unlocks({ reason: 'One piece belongs to somebody else.' });
  await bea.hasSentAll();

  await why.waitFor({ state: 'detached' });
  if (!(await withdraw.isVisible())) await opensWhatIsWrong(ruth);
  await withdraw.click();
  await ruth.unlocks({ reason: 'That was another night.' });
  await ruth.page.locator('.status').filter({ hasText: 'Recorded by mistake' }).waitFor();
  await ruth.hasSentAll();
});

test('r5_what_is_signed_changes_only_as_a_later_version_with_a_reason', async () => {
  const signed = 'You saw he was drowsier and did full checks.';
  const anew = 'You saw he was drowsier, and did full checks twice.';
  await opensFeedback(ruth, signed);
  const record = ruth.path;
  const change = async () => {
    await ruth.link('Change the words').click();
    await writes(ruth, 'Went well', anew);
    await ruth.button(/^Sign and send to /).click();
  };
  await change();
  const sheet = ruth.page.getByRole('dialog');
  await sheet.getByText('The version before is signed and locked. Say why there is a new one.').waitFor();
  await ruth.unlock();
  await sheet.getByText('This needs a reason, which the others will read.').waitFor();
  await ruth.button('Not now').click();
  await ruth.hasSentAll();

  // Written and not signed again: what is signed stands, for everybody.
  for (const person of [ruth, amara]) {
    await person.goes(record);
    await person.page.locator('.status').filter({ hasText: 'Changed after signing, not signed again' }).waitFor();
    await person.page.locator('article.card').filter({ hasText: signed }).waitFor();
  }

  await change();
  await ruth.unlocks({ reason: 'I had left out the second check.' });
  await ruth.hasSentAll();
  for (const person of [ruth, amara]) {
    await person.page.locator('article.card').filter({ hasText: anew }).waitFor();
    await person.sees('I had left out the second check.');
    await person.page.locator('summary').filter({ hasText: /^version 1/ }).click();
    await person.page.locator('details').filter({ hasText: /^version 1/ }).getByText(signed).waitFor();
  }
  await ruth.closeBrowser();
});

test('r1_what_is_not_theirs_to_write_is_said_before_a_word_is_typed', async () => {
  for (const [path, what] of [['/app/observe', 'Observation'], ['/app/new/plan', '90-day plan']]) {
    await amara.goes(path);
    await amara.sees(`In your role you do not write this (${what}). Ask your mentor or your lead.`);
    assert.equal(await amara.page.locator('main').getByRole('textbox').count(), 0);
    assert.equal(await amara.button(/^Sign and send|^Send to/).count(), 0);
  }
  // Somebody else's record is read and commented on, not changed.
  await opensFeedback(amara, 'Rang on your own.');
  await amara.page.getByLabel('Your words').waitFor();
  assert.equal(await amara.link('Change the words').count(), 0);
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
