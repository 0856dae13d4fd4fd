// A real organisation from a file, from its first minute: an invitation, an empty app that teaches,
// and no sign-off before the agreement.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { TABLET } from './harness/person.mjs';
import { FIXTURES } from './harness/run.mjs';
import { Server } from './harness/server.mjs';
import { steps } from './harness/steps.mjs';
import { asksForSignOff, observes } from './harness/story.mjs';
import { Ward } from './harness/ward.mjs';

const SKILL = 'Listening before helping';
const PASSWORD = 'saltmarsh-test';
const NIA = { name: 'Nia Abara', first: 'Nia', email: 'nia@saltmarsh.example', password: PASSWORD };
const OTTO = { name: 'Otto Lind', first: 'Otto', email: 'otto@saltmarsh.example', password: PASSWORD };
const PETRA = { name: 'Petra Holm', first: 'Petra', email: 'petra@saltmarsh.example', password: PASSWORD };
const QUINN = { name: 'Quinn Mares', first: 'Quinn', email: 'quinn@saltmarsh.example' };

let ward;

before(async () => {
  ward = new Ward(await Server.organisation(join(FIXTURES, 'without-agreement.json')));
});

after(() => ward?.close());

test('an invitation leads to a password, and only once', async () => {
  const [, link] = ward.server.made.match(/quinn@saltmarsh\.example\s+(\/invitation\/\S+)/);
  const quinn = await ward.visitor(QUINN, { javaScript: false });
  await quinn.open(link);
  await quinn.heading('Welcome, Quinn').waitFor();
  await quinn.page.getByLabel('New password').fill('four words that do not');
  await quinn.page.getByLabel('The same once more').fill('four words that do');
  await quinn.button('Save and sign in').click();
  await quinn.page.getByRole('alert').getByText('The two passwords are not the same. Type both again.').waitFor();
  await quinn.page.getByLabel('New password').fill('four words that do not belong');
  await quinn.page.getByLabel('The same once more').fill('four words that do not belong');
  await quinn.button('Save and sign in').click();
  await quinn.heading('Programme lead').waitFor();
  await quinn.open(link);
  await quinn.heading('This invitation cannot be used').waitFor();
  await quinn.closeBrowser();
});

test('r11_no_sign_off_before_the_agreement', async (t) => {
  const step = steps(t);
  let otto, nia, petra, claim;

  await step('the empty screens say what they will be', async () => {
    otto = await ward.person(OTTO);
    await otto.sees('Nothing waits. Saw something worth saying? Tap Observe.');
    await observes(otto, { first: 'Nia', skill: SKILL, place: 'The Boathouse', level: 'I stayed close', wentWell: 'Waited for the answer.' });
    await otto.hasSentAll();
  });

  await step('a claim whose rule is met is refused, and the sentence says what comes first', async () => {
    nia = await ward.person(NIA);
    claim = await asksForSignOff(nia, { skill: SKILL, level: 3, to: 'Petra' });
    await nia.sees(/^Needs .* Met\.$/);
    await nia.hasSentAll();
    petra = await ward.person(PETRA, { size: TABLET });
    await petra.goes(claim.replace('/app/records/', '/app/review/'));
    await petra.button('Sign off…').waitFor();
    const why = petra.page.locator('#why-approve');
    assert.match(await why.innerText(), /There is no agreement yet\. Mentee, lead mentor and you sign one first, under Records\./);
    await petra.button('Sign off…').click({ force: true });
    assert.equal(await petra.page.getByRole('dialog').count(), 0);
  });

  await step('the three sign one version of an agreement', async () => {
    await nia.goes('/app/plan');
    await nia.link('Draft the agreement').click();
    await nia.heading('Agreement').waitFor();
    const fields = {
      'What the mentoring is for': 'Settling in, and calls at night.',
      'How often you meet': 'Every two weeks',
      'How you reach each other': 'By phone, not after nights',
      'What stays between you': 'What we say in sessions',
      'What cannot stay between you': 'Harm to anybody',
    };
    for (const [label, words] of Object.entries(fields)) {
      const box = nia.page.getByLabel(label);
      await box.fill(words);
      await box.blur();
    }
    const soon = new Date(Date.now() + 90 * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
    await nia.page.getByLabel('Look at it again on').fill(soon);
    await nia.page.getByLabel('Look at it again on').blur();
    await nia.page.locator('#send-needed').filter({ hasText: 'Goes to Otto, Petra and Quinn.' }).waitFor();
    await nia.button('Sign and send to 3 people').click();
    await nia.page.getByRole('dialog').getByText('Goes to Otto, Petra and Quinn.').waitFor();
    await nia.unlocks();
    await nia.page.waitForURL(/\/app\/records\//);
    await nia.sees('Signed by 1 of 3');
    const agreement = nia.path;
    for (const [person, so] of [[otto, 'Signed by 2 of 3'], [petra, 'Signed and locked']]) {
      await person.goes('/app/');
      await person.goes(agreement);
      await person.button('Sign…').click();
      await person.unlocks();
      await person.page.locator('.status').filter({ hasText: so }).waitFor();
      await person.hasSentAll();
    }
  });

  await step('now the sign-off goes through', async () => {
    await petra.goes(claim.replace('/app/records/', '/app/review/'));
    await petra.button('Sign off…').click();
    await petra.unlocks();
    await petra.page.locator('.status').filter({ hasText: 'Signed off' }).waitFor();
    await petra.hasSentAll();
    await nia.goes(claim);
    await nia.page.locator('.status').filter({ hasText: 'Signed off' }).waitFor();
  });

  assert.deepEqual(ward.complaints, []);
});
