// Phones that are gone: one that the browser cleared while it was closed, and one that was lost.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SKILLS } from './harness/demo.mjs';
import { findingsOn } from './harness/look.mjs';
import { steps } from './harness/steps.mjs';
import { observes, rates, writes } from './harness/story.mjs';
import { Ward } from './harness/ward.mjs';

const STORED = 'indexeddb,cache_storage,service_workers,local_storage';
const HERE = 'This is the one that you are using now.';
const REVOKED = 'This phone was taken off your list, so nothing goes from it any more.';

let ward;

before(async () => {
  ward = await Ward.open();
});

after(() => ward?.close());

/** The browser clears what the site stored, while the app is closed. */
async function isCleared(person, what) {
  await person.page.goto('about:blank');
  const browser = await person.browser.newCDPSession(person.page);
  await browser.send('Storage.clearDataForOrigin', { origin: person.address, storageTypes: what });
  await browser.detach();
}

const cards = (person) => person.page.locator('article.page-card');
const card = (person, label) => cards(person).filter({ has: person.page.getByRole('heading', { name: label, exact: true }) });

/** Takes a device off the list, from another one. */
async function revokes(person, label, picture) {
  await card(person, label).getByRole('link', { name: `Revoke '${label}'` }).click();
  await person.heading(`Revoke '${label}'?`).waitFor();
  if (picture) assert.deepEqual(await findingsOn(person, picture), []);
  await person.button('Revoke now').click();
  await person.sees('Revoked. Nothing more is taken from it.');
  assert.equal(await card(person, label).count(), 0);
}

test('a phone that was cleared while it was closed says so, and its former self is revoked', async (t) => {
  const step = steps(t);
  const ruth = await ward.person('ruth');

  await step('the browser keeps the session and loses the rest: the app knows', async () => {
    await isCleared(ruth, STORED);
    await ruth.open('/app/');
    await ruth.heading('This phone was cleared').waitFor();
    await ruth.sees("'My phone', set up just now, last heard from just now");
    await ruth.sees('What had not been sent is gone.');
    assert.deepEqual(await findingsOn(ruth, 'first-cleared'), []);
  });

  await step('set up anew, everything that had been sent is there', async () => {
    await ruth.choosePin(undefined, 'My phone again');
    await ruth.isReady();
    await ruth.goes('/app/records?show=feedback');
    await ruth.page.locator('main a.line').filter({ hasText: SKILLS.C03 }).first().waitFor();
  });

  await step('the former one is still on the list, and is taken off', async () => {
    await ruth.goes('/app/me');
    await ruth.link('Your phones and tablets').click();
    await card(ruth, 'My phone again').getByText(HERE).waitFor();
    assert.equal(await cards(ruth).getByText(HERE).count(), 1);
    assert.deepEqual(await findingsOn(ruth, 'devices'), []);
    await revokes(ruth, 'My phone', 'devices-revoke');
    await card(ruth, 'My phone again').getByText(HERE).waitFor();
    await ruth.link('Back to the app').click();
    await ruth.isReady();
  });

  await step('where the session went too, it asks after signing in', async () => {
    await isCleared(ruth, 'all');
    await ruth.browser.clearCookies();
    await ruth.open('/app/');
    await ruth.heading('Sign in to Countersign').waitFor();
    await ruth.signIn();
    await ruth.heading('You have set up a phone before').waitFor();
    await ruth.sees("'My phone again', set up just now, last heard from just now");
    await ruth.seesNot('This phone was cleared');
    assert.deepEqual(await findingsOn(ruth, 'first-known'), []);
    await ruth.choosePin();
    await ruth.isReady();
  });

  await ruth.closeBrowser();
});

test('a lost phone is revoked from another one, and what it had not sent is kept on it', async (t) => {
  const step = steps(t);
  const door = await ward.door();
  const lost = await ward.visitor('farid', { door });
  const kept = await ward.visitor('farid');
  const signed = 'Signed on the phone that was lost';
  const typed = 'Begun on the phone that was lost';

  await step('two phones, and one of them writes without signal', async () => {
    for (const [phone, label] of [[lost, 'Blue phone'], [kept, 'Tablet']]) {
      await phone.signIn();
      await phone.choosePin(undefined, label);
      await phone.isReady();
    }
    await lost.isInstalled();
    await door.close();
    await observes(lost, { who: 'Joon', first: 'Joon', skill: SKILLS.C02, place: 'Fenside Clinic', level: 'I stayed close', wentWell: signed });
    await rates(lost, { who: 'Joon', skill: SKILLS.C07, place: 'Fenside Clinic', level: 'I stayed close' });
    await writes(lost, 'Went well', typed);
  });

  await step('it is revoked', async () => {
    await kept.open('/devices');
    await card(kept, 'Tablet').getByText(HERE).waitFor();
    await revokes(kept, 'Blue phone');
  });

  await step('back within reach it is signed out, and nothing of it is taken', async () => {
    await door.open();
    await lost.feelsSignal();
    await lost.sees('Your session ended.');
    await lost.signIn();
    await lost.sees(REVOKED);
    await kept.open('/app/records?show=feedback');
    await kept.page.locator('main a.line').filter({ hasText: SKILLS.C03 }).first().waitFor();
    await kept.seesNot(signed);
  });

  await step('every word is there to be read, and nothing new is begun', async () => {
    await lost.link('See it').click();
    await lost.heading('Could not be sent').waitFor();
    for (const words of [signed, typed]) await lost.sees(words);
    assert.deepEqual(await findingsOn(lost, 'revoked-unsent'), []);
    assert.equal(await lost.page.locator('.stuck-item').count(), 2, 'one for each record');
    await lost.sees('Joon Tarrow');
    assert.equal(await lost.button('Try once more').count(), 0);
    await lost.goes('/app/observe');
    await lost.choose('Who', 'Joon');
    await lost.page.getByRole('alert').filter({ hasText: 'This phone is not set up any more.' }).waitFor();
    await lost.button('Close').click();
    await lost.strip.click();
  });

  await step('once the words are taken off, the phone can be set up anew', async () => {
    const off = lost.button('I have the words, take it off');
    for (let left = await off.count(); left > 0; left -= 1) {
      await off.first().click();
      if (left > 1) await lost.page.waitForFunction((left) => document.querySelectorAll('.stuck-item').length === left, left - 1);
    }
    await lost.heading('Choose a PIN for this phone').waitFor();
    await lost.sees("'Tablet', set up just now, last heard from just now");
    await lost.seesNot("'Blue phone'");
    await lost.choosePin(undefined, 'Blue phone, found');
    await lost.sees('Everything is sent.');
    await observes(lost, { who: 'Joon', first: 'Joon', skill: SKILLS.C02, place: 'Fenside Clinic', level: 'I stayed close', wentWell: 'Signed on the phone that was found' });
    await lost.hasSentAll();
    await kept.page.locator('main a.line').filter({ hasText: 'Signed on the phone that was found' }).waitFor();
  });

  assert.deepEqual(ward.complaints, []);
});
