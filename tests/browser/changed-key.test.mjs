// The organisation changes its key while its server runs: phones follow a rotation by themselves; after a lost key a
// person vouches for the new one, and nothing that was typed is lost.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { SKILLS } from './harness/demo.mjs';
import { findingsOn } from './harness/look.mjs';
import { PROGRAM, own } from './harness/run.mjs';
import { steps } from './harness/steps.mjs';
import { observes, rates, recordOf, writes } from './harness/story.mjs';
import { Ward } from './harness/ward.mjs';

const HOLDS = 'Everything that this file states holds.';
const DOES_NOT_HOLD = 'Something in this file does not hold. Do not rely on it.';
const REPLACED = 'Your organisation signs with a new key, and this phone does not know it.';
const WROTE = 'Asked the family first';
const TYPED = 'Half a sentence that nobody has seen';
const SINCE = 'Typed while nothing went';

let ward, auditor;

before(async () => {
  ward = await Ward.open();
  auditor = await ward.visitor('tomas');
});

after(() => ward?.close());

function countersign(...words) {
  const { status, stdout, stderr } = spawnSync(PROGRAM, [...words, '--database', ward.server.database], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout;
}

/** Changes the organisation's key under the running server, as its operator would: the new key, and its check number. */
function rotates(...words) {
  const said = countersign('rotate-key', '--reason', 'The server moved house.', ...words);
  return { key: said.match(/ed25519:[0-9a-f]{64}/)[0], number: said.match(/\d{4}(?: \d{4}){7}/)[0].split(' ') };
}

/** The key that stands now, by a proof. */
function keyNow() {
  return countersign('export', '--person', 'amara@quillbrook.example', '--out', own('now.countersign')).match(/ed25519:[0-9a-f]{64}/)[0];
}

const feedback = (wentWell) => ({ who: 'Amara', first: 'Amara', skill: SKILLS.C02, place: 'Fenside Clinic', level: 'I stayed close', wentWell });

/** Presses the button on a signed record and keeps what the browser is handed. */
async function savesProof(person, name) {
  const handed = person.page.waitForEvent('download');
  await person.button('Save proof').click();
  const file = own(name);
  await (await handed).saveAs(file);
  return file;
}

/** What the page says of a file to whoever has this key. */
async function isTold(file, key, headline) {
  await auditor.open('/verify');
  await auditor.page.getByLabel("The organisation's key").fill(key);
  await auditor.page.getByLabel('Proof file').setInputFiles(file);
  await auditor.page.getByRole('status').getByRole('heading', { name: headline }).waitFor();
}

test('phones follow a rotation by themselves, and go on working and signing', async (t) => {
  const step = steps(t);
  const door = await ward.door();
  const ruth = await ward.person('ruth');
  const farid = await ward.person('farid', { door });
  const former = keyNow();
  let record, before, latter;

  await step('Ruth signs and saves a proof; Farid signs without signal', async () => {
    record = await observes(ruth, feedback('Before the key changed'));
    await ruth.hasSentAll();
    before = await savesProof(ruth, 'before.countersign');
    await farid.isInstalled();
    await door.close();
    await observes(farid, feedback('Signed under the former key'));
    await farid.strip.filter({ hasText: /only on this phone/ }).waitFor();
  });

  await step('the key changes under the running server', async () => {
    latter = rotates().key;
    assert.notEqual(latter, former);
  });

  await step('the open phone signs on and its proof stands under the new key', async () => {
    await observes(ruth, feedback('After the key changed'));
    await ruth.hasSentAll();
    await ruth.open(`/app/records/${recordOf(record)}`);
    const after = await savesProof(ruth, 'after.countersign');
    // Whoever knows either key is told that it holds: the former one named the new one.
    for (const key of [former, latter]) await isTold(after, key, HOLDS);
    await auditor.sees(/changed its key|new key/);
  });

  await step('a proof of before holds by the key of then', async () => {
    await isTold(before, former, HOLDS);
    await isTold(before, latter, DOES_NOT_HOLD);
  });

  await step('the phone that was away sends what it signed, and hears what came meanwhile', async () => {
    await door.open();
    await farid.feelsSignal();
    await farid.hasSentAll();
    for (const person of [ruth, farid]) {
      await person.goes('/app/records?show=feedback');
      for (const words of ['After the key changed', 'Signed under the former key']) {
        await person.page.locator('main a.line').filter({ hasText: words }).waitFor();
      }
      await person.seesNot(REPLACED);
      await person.seesNot('Your records cannot be opened');
    }
    assert.equal(farid.path, '/app/records');
    assert.deepEqual(await findingsOn(farid, 'key-followed'), []);
  });

  await ruth.closeBrowser();
  await farid.closeBrowser();
});

test('after a lost key each phone asks its person, and nothing that was typed is lost', async (t) => {
  const step = steps(t);
  const door = await ward.door();
  const ruth = await ward.person('ruth', { door });
  const amara = await ward.person('amara');
  const begins = () => ruth.page.locator('.digits').first();
  const goesOn = () => ruth.page.getByLabel('Type how it goes on');
  const takes = async (digits) => {
    await goesOn().fill(digits);
    await ruth.button('My lead gave me these: set up anew').click();
  };
  let number, draft;

  await step('Ruth signs one thing and types another without signal', async () => {
    await ruth.isInstalled();
    await door.close();
    await observes(ruth, feedback(WROTE));
    await rates(ruth, { who: 'Amara', skill: SKILLS.C07, place: 'Quillbrook House', level: 'I stayed close' });
    await writes(ruth, 'Went well', TYPED);
    draft = ruth.path;
    await ruth.strip.filter({ hasText: '2 only on this phone' }).waitFor();
  });

  await step('the key is lost, and every phone says so and goes on reading', async () => {
    number = rotates('--lost').number;
    await door.open();
    await ruth.feelsSignal();
    await ruth.sees(REPLACED);
    await ruth.goes('/app/records?show=feedback');
    await ruth.page.locator('main a.line').filter({ hasText: SKILLS.C03 }).first().click();
    await ruth.page.locator('.record').waitFor();
    await amara.feelsSignal();
    await amara.sees(REPLACED);
    await ruth.sees(REPLACED);
    assert.deepEqual(await findingsOn(ruth, 'new-key-record'), []);
    await ruth.strip.filter({ hasText: '2 only on this phone' }).waitFor();
  });

  await step('it says what to do, also after a restart without signal', async () => {
    await door.close();
    await ruth.reopen('/app/');
    await ruth.strip.click();
    await ruth.heading('Goes once the new key is confirmed').waitFor();
    await ruth.link('What to do').click();
    await ruth.heading("Your organisation's new key").waitFor();
    await ruth.sees('2 records wait on this phone. They are kept.');
    assert.equal(await begins().innerText(), number.slice(0, 4).join(' '));
    await ruth.seesNot(number.slice(4).join(' '));
    await ruth.seesNot(REPLACED);
    assert.deepEqual(await findingsOn(ruth, 'new-key'), []);
    await ruth.goes(draft);
    await writes(ruth, 'Try next time', SINCE);
    await door.open();
    await ruth.feelsSignal();
  });

  await step('what stands on the screen, or half of it, is no answer', async () => {
    await ruth.goes('/app/key');
    for (const [digits, answer] of [
      ['', 'There are 16 digits to type.'],
      [number.slice(4, 6).join(' '), 'There are 16 digits to type.'],
      [number.slice(0, 4).join(' '), 'does not go on like that'],
      ['1234 5678 9012 3456', 'does not go on like that'],
    ]) {
      await takes(digits);
      await ruth.page.getByRole('alert').filter({ hasText: answer }).waitFor();
    }
    assert.deepEqual(await findingsOn(ruth, 'new-key-refused'), []);
    await amara.goes('/app/records?show=feedback');
    await amara.seesNot(WROTE);
  });

  await step('the lead has the number on a page, and reads it out', async () => {
    await auditor.signIn();
    await auditor.heading('Programme lead').waitFor();
    const card = auditor.section("The organisation's key");
    await card.getByText(number.slice(0, 4).join(' ')).waitFor();
    await card.getByText(number.slice(4).join(' ')).waitFor();
    await card.scrollIntoViewIfNeeded();
    assert.deepEqual(await findingsOn(auditor, 'lead-key'), []);
  });

  await step('Ruth types what she was given, and everything goes', async () => {
    await takes(number.slice(4).join(' '));
    await ruth.sees('This phone knows your organisation\'s key.');
    await ruth.hasSentAll();
    assert.deepEqual(await findingsOn(ruth, 'new-key-taken'), []);
    await ruth.goes(draft);
    assert.equal(await ruth.page.getByRole('textbox', { name: 'Went well' }).inputValue(), TYPED);
    assert.equal(await ruth.page.getByRole('textbox', { name: 'Try next time' }).inputValue(), SINCE);
    await ruth.goes('/app/unsent');
    await ruth.sees('Everything is sent.');
    await ruth.seesNot('Could not be sent');
  });

  await step('so does Amara, who then reads what Ruth had signed without signal', async () => {
    await amara.goes('/app/key');
    await amara.page.getByLabel('Type how it goes on').fill(number.slice(4).join(''));
    await amara.button('My lead gave me these: set up anew').click();
    await amara.goes('/app/');
    await amara.section('New feedback').getByText(WROTE).waitFor();
    await amara.seesNot(REPLACED);
  });

  await step('both stay set up after a restart, and sign on', async () => {
    await ruth.reopen('/app/');
    await ruth.isReady();
    await observes(ruth, feedback('Under the new key'));
    await ruth.hasSentAll();
    await amara.section('New feedback').getByText('Under the new key').waitFor();
  });

  assert.deepEqual(ward.complaints, []);
});
