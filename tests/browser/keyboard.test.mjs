// Everything up to the signature with the keyboard alone.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SKILLS } from './harness/demo.mjs';
import { PIN, TABLET } from './harness/person.mjs';
import { Ward } from './harness/ward.mjs';

/** More than any screen of ours has stops. */
const MOST_STOPS = 60;

let ward, ruth;

before(async () => {
  ward = await Ward.open();
  ruth = await ward.person('ruth');
});

after(() => ward?.close());

/** What has the focus: its role's tag, and the name that is read out. */
const focused = (person = ruth) =>
  person.page.evaluate(() => {
    const element = document.activeElement;
    const label = element.labels?.[0]?.innerText ?? element.getAttribute('aria-label') ?? element.innerText ?? '';
    return { tag: element.tagName.toLowerCase(), type: element.type ?? '', name: element.name ?? '', label: label.trim().replaceAll(/\s+/g, ' ') };
  });

async function tabTo(wanted, what) {
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    await ruth.page.keyboard.press('Tab');
    if (wanted(await focused())) return;
  }
  assert.fail(`the keyboard does not reach ${what}`);
}

/** Goes through a group of radio buttons with the arrow keys. */
async function arrowTo(label) {
  for (let step = 0; step < MOST_STOPS; step += 1) {
    if ((await focused()).label.startsWith(label)) {
      await ruth.page.keyboard.press('Space');
      return;
    }
    await ruth.page.keyboard.press('ArrowDown');
  }
  assert.fail(`the arrow keys do not reach ${label}`);
}

test('an observation is signed with the keyboard alone', async () => {
  await ruth.open('/app/');
  await ruth.isReady();
  await ruth.page.keyboard.press('Tab');
  assert.equal((await focused()).label, 'Skip to content', 'the first stop skips what is the same on every screen');
  await tabTo(({ tag, label }) => tag === 'a' && label.startsWith('Observe'), 'Observe');
  await ruth.page.keyboard.press('Enter');
  await ruth.heading('Observe').waitFor();
  await ruth.page.locator('h1:focus').waitFor();

  await tabTo(({ name }) => name === 'what', 'What');
  await arrowTo(SKILLS.C01);
  await tabTo(({ name }) => name === 'where', 'Where');
  await arrowTo('Quillbrook House');
  await tabTo(({ name }) => name === 'level', 'How much did you need to help?');
  await arrowTo('I stayed close');
  await tabTo(({ tag, label }) => tag === 'button' && label === 'Sign and send to Amara', 'Sign and send');
  await ruth.page.keyboard.press('Enter');

  const sheet = ruth.page.getByRole('dialog');
  await sheet.waitFor();
  assert.match((await focused()).label, /Your PIN/, 'the cursor is in the PIN');
  // Nothing behind the sheet is reached.
  for (let stop = 0; stop < 4; stop += 1) {
    await ruth.page.keyboard.press('Tab');
    const inside = await ruth.page.evaluate(() => document.activeElement === document.body || Boolean(document.activeElement.closest('dialog')));
    assert.ok(inside, 'the focus stays in the sheet');
  }
  await ruth.page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'hidden' });
  assert.equal((await focused()).label, 'Sign and send to Amara', 'the focus is back where it was');

  await ruth.page.keyboard.press('Enter');
  await sheet.waitFor();
  await ruth.page.keyboard.type(PIN);
  await ruth.page.keyboard.press('Enter');
  await ruth.page.waitForURL(/\/app\/records\//);
  await ruth.page.locator('.status').filter({ hasText: 'Signed and locked' }).waitFor();
  assert.deepEqual(ward.complaints, []);
});

test('the cursor of a sheet starts in what is needed, and goes back to its button', async () => {
  const bea = await ward.person('bea', { size: TABLET });
  await bea.place('Review').click();
  await bea.link(new RegExp(`${SKILLS.C01}, level 3`)).click();
  const sheet = bea.page.getByRole('dialog');
  for (const [button, field] of [['Sign off…', 'Your PIN'], ['Send back…', 'What should change']]) {
    await bea.button(button).focus();
    await bea.page.keyboard.press('Enter');
    await sheet.waitFor();
    assert.equal((await focused(bea)).label, field, `after '${button}'`);
    await bea.page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'hidden' });
    assert.equal((await focused(bea)).label, button);
  }
  // A reason that is missing takes the cursor, and the next key writes it.
  await bea.page.keyboard.press('Enter');
  await sheet.waitFor();
  await bea.page.keyboard.press('Tab');
  await bea.page.keyboard.type(PIN);
  await bea.page.keyboard.press('Enter');
  await sheet.getByRole('alert').filter({ hasText: 'This needs a reason' }).waitFor();
  assert.equal((await focused(bea)).label, 'What should change');
  assert.deepEqual(ward.complaints, []);
});
