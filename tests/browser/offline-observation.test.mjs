// The main job, end to end: recorded without signal, read on the mentee's open screen, asked for,
// signed off on a tablet.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SKILLS } from './harness/demo.mjs';
import { TABLET } from './harness/person.mjs';
import { steps } from './harness/steps.mjs';
import { asksForSignOff, observes, rates, recordOf, signsAndSends, writes } from './harness/story.mjs';
import { Ward } from './harness/ward.mjs';

const MARKER = 'A comment that arrives after the draft was stored';
const FIRST_WORDS = 'Asked before sitting down';
const MORE_WORDS = 'Asked before sitting down, and noticed the quiet no.';

let ward, signal, ruth, amara, bea;

before(async () => {
  ward = await Ward.open();
  signal = await ward.door();
  ruth = await ward.person('ruth', { door: signal });
  amara = await ward.person('amara');
  await ruth.isInstalled();
});

after(() => ward?.close());

test('an observation from the bedside to the sign-off', async (t) => {
  const step = steps(t);
  let draft, first;

  await step('Ruth records it without signal, on the phone alone', async () => {
    await signal.close();
    await rates(ruth, { skill: SKILLS.C07, place: 'Quillbrook House', level: 'I stayed close' });
    await writes(ruth, 'Went well', FIRST_WORDS);
    await ruth.page.waitForURL(/\/app\/observe\/.+/);
    draft = ruth.path;
    await ruth.strip.filter({ hasText: /only on this phone/ }).waitFor();
  });

  await step('the browser is closed; it opens on the draft without signal, and she writes on', async () => {
    await ruth.reopen(draft);
    const box = () => ruth.page.getByRole('textbox', { name: 'Went well' });
    await box().waitFor();
    assert.equal(await box().inputValue(), FIRST_WORDS);
    assert.ok(await ruth.choice('How much did you need to help?', 'I stayed close').isChecked(), 'the rating is kept');
    await writes(ruth, 'Went well', MORE_WORDS);
    await ruth.reopen(draft);
    await box().waitFor();
    assert.equal(await box().inputValue(), MORE_WORDS);
  });

  await step('with signal the draft is stored, and nobody else gets it', async () => {
    await signal.open();
    await ruth.feelsSignal();
    await ruth.hasSentAll();
    // What Ruth does after the draft was stored reaches Amara; the draft does not.
    await ruth.open('/app/records?show=feedback');
    await ruth.page.locator('a.line').filter({ hasText: SKILLS.C03 }).first().click();
    await ruth.page.getByLabel('Your words').fill(MARKER);
    await ruth.button('Add comment').click();
    await ruth.sees('Added.');
    const commented = ruth.path;
    await amara.goes(commented);
    await amara.sees(MARKER);
    await amara.place('Records').click();
    await amara.heading('Records').waitFor();
    await amara.seesNot(/quiet no/);
    await amara.seesNot(SKILLS.C07);
    await amara.place('Today').click();
    await amara.isReady();
    await amara.seesNot(/quiet no/);
  });

  await step('signed and sent, it appears on her open screen without a reload', async () => {
    await amara.page.evaluate(() => {
      window.notLoadedAgain = true;
    });
    await ruth.open(draft);
    await signsAndSends(ruth, 'Amara');
    await ruth.sees('Signed and locked');
    await ruth.hasSentAll();
    first = ruth.path;
    await amara.section('New feedback').getByText(MORE_WORDS).waitFor();
    assert.equal(await amara.page.evaluate(() => window.notLoadedAgain), true);
  });

  await step('Amara has read it and sees it the same way', async () => {
    await amara.section('New feedback').getByRole('link').filter({ hasText: MORE_WORDS }).click();
    await amara.sees('Who can see this:');
    await amara.button('I have read this: I see it the same way').click();
    await amara.unlocks();
    await amara.page.locator('.status').filter({ hasText: /^Read$/ }).waitFor();
    await amara.hasSentAll();
    await ruth.page.locator('.status').filter({ hasText: /^Read$/ }).waitFor();
  });

  await step('a second one she sees differently, and says how', async () => {
    const second = await observes(ruth, { first: 'Amara', skill: SKILLS.C07, place: 'Quillbrook House', level: 'They would have been fine', wentWell: 'Offered two real choices.' });
    await amara.goes(second);
    await amara.button('I have read this: I see it differently').click();
    await amara.unlocks({ reason: 'You answered before they could.' });
    await amara.sees('Read, seen differently');
    await amara.hasSentAll();
    await ruth.sees('You answered before they could.');
    // The mentor finds it under what needs them.
    await ruth.place('Today').click();
    await ruth.section('Needs you').getByText('Amara sees it differently').waitFor();
  });

  let claim;
  await step('she asks for a sign-off with both', async () => {
    claim = await asksForSignOff(amara, { skill: SKILLS.C07, level: 3, words: 'I ask first now, and wait.' });
    await amara.sees(/^Needs .* Met\.$/);
    await amara.hasSentAll();
  });

  await step('Bea reads what it rests on, on her tablet, and signs off', async () => {
    await ruth.closeBrowser();
    bea = await ward.person('bea', { size: TABLET });
    await bea.place('Review').click();
    await bea.page.getByRole('region', { name: 'What waits for you' }).getByRole('link').filter({ hasText: `${SKILLS.C07}, level 3` }).click();
    await bea.page.waitForURL(new RegExp(recordOf(claim)));
    await bea.sees(`Amara asks for: ${SKILLS.C07}, may do this with someone in reach.`);
    await bea.sees('Needs 2 at level 3 or more from 1 person in 6 months. Has 2, from 1. Met.');
    assert.equal((await bea.page.locator('.rule').innerText()).match(/\bmet\b/gi).length, 1, 'that it is met is said once');
    await bea.sees('I ask first now, and wait.');
    await bea.sees('Everything on this skill in this relationship was chosen.');
    await bea.button('Sign off…').click();
    await bea.sees('From today Amara may do this with someone in reach.');
    await bea.sees(/^You read the version of /);
    await bea.unlocks();
    await bea.page.locator('.status').filter({ hasText: 'Signed off' }).waitFor();
    await bea.hasSentAll();
  });

  await step('what she decided on waits for nobody any more', async () => {
    await bea.place('Review').click();
    const list = bea.page.getByRole('region', { name: 'What waits for you' });
    await list.getByRole('link').filter({ hasText: SKILLS.C01 }).first().waitFor();
    assert.equal(await list.getByRole('link').filter({ hasText: SKILLS.C07 }).count(), 0);
  });

  await step('Amara sees it on her open screen: by whom, and what she may do', async () => {
    await amara.page.locator('.status').filter({ hasText: 'Signed off' }).waitFor();
    await amara.sees('Bea Monteiral, supervisor');
    await amara.goes('/app/plan');
    await amara.page.locator('summary').filter({ hasText: 'Other skills' }).click();
    await amara.page.getByRole('listitem').filter({ has: amara.heading(SKILLS.C07) }).getByText('Signed off: may do this with someone in reach').waitFor();
  });

  assert.deepEqual(ward.complaints, []);
});

test('taken back before it went, it stays a draft that nobody else saw', async () => {
  const door = await ward.door();
  const farid = await ward.person('farid', { door });
  await door.close();
  const path = await observes(farid, { who: 'Joon', first: 'Joon', skill: SKILLS.C02, place: 'Fenside Clinic', level: 'I stayed close', wentWell: 'Urgent first.' });
  await farid.sees(/Signed on this phone, \d\d:\d\d\. Goes when there is signal\./);
  await farid.sees('Only me. Once it has gone: Joon, Bea, Tomas and me.');
  await farid.button('Take back').click();
  await farid.sees('Taken back. Nothing was sent.');
  await door.open();
  await farid.feelsSignal();
  await farid.hasSentAll();
  await farid.open(path);
  await farid.sees('Not shared yet');
  await farid.closeBrowser();
});

test('words that were being typed when the phone died go once it is on again', async () => {
  const door = await ward.door();
  const ruth = await ward.person('ruth', { door });
  await ruth.isInstalled();
  await door.close();
  await ruth.place('Observe').click();
  await ruth.page.getByLabel('Jot a line, finish later').pressSequentially('Half a sente');
  await ruth.strip.filter({ hasText: /only on this phone/ }).waitFor();
  // She never leaves the box. What another tab shows is kept: a replica tells only what is.
  const path = ruth.path;
  const tab = await ruth.anotherTab(path);
  await tab.page.waitForFunction(() => document.querySelector('#jot')?.value === 'Half a sente');
  await ruth.closeBrowser();
  await door.open();
  await ruth.openBrowser();
  await ruth.open(path);
  await ruth.hasSentAll();
  assert.equal(await ruth.page.getByLabel('Jot a line, finish later').inputValue(), 'Half a sente');
  await ruth.closeBrowser();
});
