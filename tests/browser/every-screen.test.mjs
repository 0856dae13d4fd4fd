// Every screen: axe finds nothing in either theme, nothing is cut off with large text or from right
// to left, and there is a picture of it at both sizes and in both themes.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, beforeEach, test } from 'node:test';
import { SKILLS } from './harness/demo.mjs';
import { findingsOn } from './harness/look.mjs';
import { TABLET } from './harness/person.mjs';
import { PROGRAM, own } from './harness/run.mjs';
import { rates, writes } from './harness/story.mjs';
import { Ward } from './harness/ward.mjs';

let ward;

before(async () => {
  ward = await Ward.open();
});

after(() => ward?.close());

/** Everything that was found since the test began: one run tells all of it. */
let findings = [];

beforeEach(() => {
  findings = [];
});

const nothingWasFound = () => assert.deepEqual(findings, []);

async function look(person, name) {
  findings.push(...(await findingsOn(person, name)));
}

/** Opens each address and looks once its heading is there. */
async function lookAtEach(person, screens) {
  for (const [name, path, heading] of screens) {
    await person.open(path);
    await person.heading(heading).first().waitFor();
    await look(person, name);
  }
}

test('the public pages', async () => {
  const visitor = await ward.visitor('tomas');
  await lookAtEach(visitor, [
    ['public-first', '/', 'What was seen, said and signed off, in one calm place'],
    ['public-sign-in', '/sign-in', 'Sign in'],
    ['public-help', '/help', /./],
    ['public-verify', '/verify', 'Check a proof'],
    ['public-not-found', '/no-such-page', 'There is nothing at this address'],
  ]);
  await lookAtReports(visitor);
  await visitor.open('/help');
  const more = await visitor.page.locator('main a[href^="/help/"]').evaluateAll((links) => links.map((link) => link.pathname));
  for (const path of new Set(more)) {
    await lookAtEach(visitor, [[`public${path.replaceAll('/', '-')}`, path, /./]]);
  }
  await visitor.open('/sign-in');
  await visitor.page.getByLabel('E-mail address').fill(visitor.email);
  await visitor.page.getByLabel('Password').fill('not this one');
  await visitor.button('Sign in').click();
  await visitor.page.getByRole('alert').waitFor();
  await look(visitor, 'public-sign-in-refused');

  await visitor.signIn();
  await visitor.heading('Programme lead').waitFor();
  await look(visitor, 'lead');
  await visitor.link(/^End Farid Nasweh's membership/).first().click();
  await visitor.heading(/^End Farid Nasweh's membership/).waitFor();
  await look(visitor, 'lead-end');
  await visitor.open('/lead');
  await visitor.link(/^History of Amara Venn/).click();
  await visitor.heading(/^History of/).waitFor();
  await look(visitor, 'lead-history');
  await visitor.open('/app/');
  await visitor.choosePin();
  await visitor.isReady();
  await look(visitor, 'today-lead');
  await visitor.closeBrowser();
  nothingWasFound();
});

/** A report that holds, one that does not, and a key that is none. */
async function lookAtReports(visitor) {
  const file = own('amara.countersign');
  const made = spawnSync(PROGRAM, ['export', '--person', 'amara@quillbrook.example', '--out', file, '--database', ward.server.database], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  await visitor.open('/verify');
  const key = visitor.page.getByLabel("The organisation's key");
  await visitor.page.getByLabel('Proof file').setInputFiles(file);
  for (const [name, typed, seen] of [
    ['public-verify-holds', '', 'Everything that this file states holds.'],
    ['public-verify-does-not-hold', `ed25519:${'0'.repeat(64)}`, 'Something in this file does not hold. Do not rely on it.'],
    ['public-verify-no-key', 'Quillbrook', /^This is no key: a key reads ed25519: and 64 hex digits/],
  ]) {
    await key.fill(typed);
    await visitor.button('Check').click();
    await visitor.sees(seen);
    await visitor.page.getByText(seen).first().scrollIntoViewIfNeeded();
    await look(visitor, name);
  }
}

test('the first minutes, and a mentor\'s screens', async () => {
  const ruth = await ward.visitor('ruth');
  await ruth.open('/app/');
  await ruth.heading('Sign in to Countersign').waitFor();
  await look(ruth, 'first-sign-in');
  await ruth.signIn();
  await ruth.heading('Choose a PIN for this phone').waitFor();
  await look(ruth, 'first-pin');
  await ruth.choosePin();
  await ruth.isReady();
  await look(ruth, 'today-mentor-first');
  await ruth.button('Got it').click();
  await look(ruth, 'today-mentor');

  await rates(ruth, { skill: SKILLS.C03, place: 'Quillbrook House', level: 'I rewrote it' });
  await writes(ruth, 'Went well', 'Wrote everybody up before leaving.');
  await ruth.sees('Below what is expected now.');
  await look(ruth, 'observe-below');
  await ruth.page.getByRole('textbox', { name: 'Try next time' }).fill('Write when you looked.');
  await ruth.choose('Next step', 'Do one together');
  await ruth.button('Sign and send to Amara').click();
  await ruth.page.getByRole('dialog').waitFor();
  await look(ruth, 'sheet');
  await ruth.unlock({ pin: '000000' });
  await ruth.page.getByRole('dialog').getByRole('alert').filter({ hasText: 'not the PIN' }).waitFor();
  await look(ruth, 'sheet-refused');
  await ruth.button('Not now').click();

  await lookAtEach(ruth, [
    ['observe', '/app/observe', 'Observe'],
    ['people', '/app/people', 'People'],
    ['records', '/app/records', 'Records'],
    ['me', '/app/me', 'Ruth Calloray'],
    ['unsent-none', '/app/unsent', 'Only on this phone'],
    ['not-here', '/app/records/00000000-0000-4000-8000-000000000000', 'Not on this phone'],
    ['new-plan', '/app/new/plan', '90-day plan'],
  ]);
  await ruth.open('/app/people');
  await ruth.link(/Amara Venn/).click();
  await ruth.heading('Amara Venn').waitFor();
  await look(ruth, 'person');
  await ruth.link('Prepare a session').click();
  await ruth.heading('Session').waitFor();
  await ruth.page.getByRole('textbox', { name: 'To talk about' }).fill('Falls at night, and who to ring.');
  await ruth.page.getByRole('textbox', { name: 'Notes' }).click();
  await look(ruth, 'session');
  await ruth.button('Share').click();
  await ruth.page.waitForURL(/\/app\/records\//);
  await ruth.sees('Between the two of you');
  await look(ruth, 'record-session');
  await ruth.open('/app/me');
  await ruth.button('Sign out').click();
  await ruth.page.getByRole('dialog').waitFor();
  await look(ruth, 'sign-out');
  await ruth.closeBrowser();
  nothingWasFound();
});

test('without signal', async () => {
  const door = await ward.door();
  const farid = await ward.person('farid', { door });
  await door.close();
  await farid.button('Got it').click();
  await rates(farid, { who: 'Joon', skill: SKILLS.C02, place: 'Fenside Clinic', level: 'I stayed close' });
  await farid.strip.filter({ hasText: /only on this phone/ }).waitFor();
  await look(farid, 'offline-observe');
  await farid.button('Sign and send to Joon').click();
  await farid.unlocks();
  await farid.sees('Goes when there is signal.');
  await look(farid, 'offline-signed');
  await farid.place('Today').click();
  await farid.isReady();
  await look(farid, 'offline-today');
  await farid.strip.click();
  await farid.heading('Only on this phone').waitFor();
  await look(farid, 'offline-unsent');
  await farid.closeBrowser();
  nothingWasFound();
});

test('a mentee\'s screens', async () => {
  const amara = await ward.person('amara');
  await amara.button('Got it').click();
  await look(amara, 'today-mentee');
  await lookAtEach(amara, [
    ['plan', '/app/plan', 'My plan'],
    ['write', '/app/write', 'Write'],
    ['records-mentee', '/app/records?show=feedback', 'Records'],
  ]);
  await amara.open('/app/claim');
  await amara.choose('Skill', SKILLS.C05);
  await amara.choose('What you would then be allowed to do', '3 ·');
  await amara.sees('Rule not met yet');
  await look(amara, 'claim');
  await amara.open('/app/records?show=plans');
  await amara.link(/90-day plan/).click();
  await amara.heading('90-day plan').waitFor();
  await look(amara, 'record-plan');
  await amara.open('/app/records?show=plans');
  await amara.link(/Agreement/).click();
  await amara.heading('Agreement').waitFor();
  await look(amara, 'record-agreement');
  await amara.open('/app/records?show=feedback');
  await amara.page.locator('main a.line').filter({ hasText: SKILLS.C03 }).first().click();
  await amara.heading(SKILLS.C03).waitFor();
  await look(amara, 'record-observation');
  await amara.closeBrowser();
  nothingWasFound();
});

test('a supervisor\'s screens', async () => {
  const bea = await ward.person('bea', { size: TABLET });
  await bea.button('Got it').click();
  await look(bea, 'today-supervisor');
  await bea.place('Review').click();
  await bea.heading('Review').waitFor();
  await look(bea, 'review');
  await bea.link(new RegExp(`${SKILLS.C01}, level 3`)).click();
  await bea.sees('Amara asks for:');
  await look(bea, 'review-claim');
  await bea.button('Sign off…').click();
  await bea.page.getByRole('dialog').waitFor();
  await look(bea, 'review-sheet');
  await bea.closeBrowser();
  nothingWasFound();
});

test('no page complained', () => assert.deepEqual(ward.complaints, []));
