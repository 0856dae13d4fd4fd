// Somebody who learns in two places: what was signed in the one counts for a sign-off in the other, its approver reads it,
// and it cannot be withdrawn under the sign-off.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { TABLET } from './harness/person.mjs';
import { FIXTURES } from './harness/run.mjs';
import { Server } from './harness/server.mjs';
import { shot } from './harness/shots.mjs';
import { steps } from './harness/steps.mjs';
import { observes } from './harness/story.mjs';
import { Ward } from './harness/ward.mjs';

const SKILL = 'Listening before helping';
const person = (name) => {
  const first = name.split(' ')[0];
  return { name, first, email: `${first.toLowerCase()}@fenwater.example`, password: 'fenwater-test' };
};
const [NIA, OTTO, ROSA, SVEN] = ['Nia Abara', 'Otto Lind', 'Rosa Ferrand', 'Sven Aldaine'].map(person);
const ELSEWHERE = 'Asked twice before she lifted a hand.';

let ward;

before(async () => {
  ward = new Ward(await Server.organisation(join(FIXTURES, 'two-relationships.json')));
});

after(() => ward?.close());

test('r3_and_r7_feedback_of_another_relationship_carries_a_sign_off', async (t) => {
  const step = steps(t);
  let otto, nia, sven, observation, claim;

  await step('two mentors, who never meet, each sign what they saw', async () => {
    otto = await ward.person(OTTO);
    const seen = { first: 'Nia', skill: SKILL, level: 'I stepped in a few times' };
    observation = await observes(otto, { ...seen, place: 'Home visit', wentWell: ELSEWHERE });
    await otto.hasSentAll();
    const rosa = await ward.person(ROSA);
    await observes(rosa, { ...seen, place: 'The Lock House', wentWell: 'Waited for the answer.' });
    await rosa.hasSentAll();
    await rosa.closeBrowser();
  });

  await step('the mentee chooses whom to ask, and both pieces', async () => {
    nia = await ward.person(NIA);
    await nia.open('/app/claim');
    await nia.choose('Who is to sign it off?', 'Sven Aldaine, with Rosa Ferrand');
    await nia.choose('Skill', SKILL);
    await nia.choose('What you would then be allowed to do', '3 ·');
    const group = nia.group('Choose your feedback');
    await group.getByText('Feedback from another relationship is copied in when you send, and then read by everybody here.').waitFor();
    await group.getByLabel(/Otto Lind.*from another relationship/).click();
    await group.getByText(/Still needs 1 more/).waitFor();
    await group.getByLabel(/Rosa Ferrand/).click();
    await group.getByText(/Needs 2 .* Met\.$/).waitFor();
    await shot(nia.page, 'two-relationships-choose', { whole: true });
    await nia.button('Send to Sven').click();
    await nia.unlocks();
    await nia.page.waitForURL(/\/app\/records\//);
    claim = nia.path;
    await nia.hasSentAll();
  });

  await step('the approver reads both, and signs off', async () => {
    sven = await ward.person(SVEN, { size: TABLET });
    await sven.goes(claim.replace('/app/records/', '/app/review/'));
    const piece = sven.page.locator('details.piece').filter({ hasText: 'Otto Lind' });
    await piece.locator('summary').click();
    await piece.getByText(ELSEWHERE).waitFor();
    assert.match(await piece.locator('summary').innerText(), /from another relationship/);
    assert.equal(await piece.getByRole('link').count(), 0, 'all that came of it is here');
    await shot(sven.page, 'two-relationships-review', { whole: true });
    await sven.button('Sign off…').click();
    await sven.unlocks();
    await sven.page.locator('.status').filter({ hasText: 'Signed off' }).waitFor();
    await sven.hasSentAll();
  });

  await step('where it was signed, it cannot be withdrawn any more, and the sentence says why', async () => {
    await otto.goes('/app/');
    await otto.goes(observation);
    await otto.page.locator('summary').filter({ hasText: 'Something wrong with this record?' }).click();
    await otto.button('Recorded by mistake…').click();
    await otto.unlocks({ reason: 'It was somebody else.' });
    await otto.strip.filter({ hasText: '1 could not be sent' }).waitFor();
    await otto.strip.click();
    await otto.heading('Could not be sent').waitFor();
    await otto.sees(/A sign-off in another relationship of the same person rests on this\./);
    await shot(otto.page, 'two-relationships-refused', { whole: true });
  });

  assert.deepEqual(ward.complaints, []);
});
