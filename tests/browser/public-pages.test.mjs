// The pages of the site work without JavaScript: the first page, help, signing in, the lead's page.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PHONE } from './harness/person.mjs';
import { Ward } from './harness/ward.mjs';

let ward, tomas;

before(async () => {
  ward = await Ward.open();
  tomas = await ward.visitor('tomas', { javaScript: false });
});

after(() => ward?.close());

test('the first page leads to help and to sign-in', async () => {
  await tomas.open('/');
  await tomas.heading('What was seen, said and signed off, in one calm place').waitFor();
  await tomas.sees('Demonstration: every person and every record in here is invented.');
  await tomas.link('Help').first().click();
  await tomas.page.waitForURL(/\/help/);
  await tomas.page.getByRole('heading', { level: 1 }).waitFor();
  await tomas.link('Sign in').first().click();
  await tomas.heading('Sign in').waitFor();
});

test('a wrong password is refused in words, and the address stays typed', async () => {
  await tomas.page.getByLabel('E-mail address').fill(tomas.email);
  await tomas.page.getByLabel('Password').fill('not this one');
  await tomas.button('Sign in').click();
  await tomas.page.getByRole('alert').getByText('That e-mail address and password do not belong together. Check both and try again.').waitFor();
  assert.equal(await tomas.page.getByLabel('E-mail address').inputValue(), tomas.email);
});

test('signed in, the lead comes to their page, and can end a membership and read its history', async () => {
  await tomas.page.getByLabel('Password').fill(tomas.password);
  await tomas.button('Sign in').click();
  await tomas.heading('Programme lead').waitFor();
  await tomas.sees('Signed in as Tomas Lindquell');
  for (const end of await tomas.link(/^End .* membership/).all()) {
    const box = await end.boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= PHONE.width, 'each membership can be ended without scrolling sideways');
  }
  await tomas.link(/^End Farid Nasweh's membership as mentor/).first().click();
  await tomas.button('End membership now').click();
  // The browser itself asks for the reason; a browser that does not is answered by the server.
  await tomas.page.getByLabel('Reason').fill('   ');
  await tomas.button('End membership now').click();
  await tomas.page.getByRole('alert').getByText('This needs a reason, which the others will read.').waitFor();
  await tomas.link('Leave everything as it is').click();
  await tomas.link(/^History of Amara Venn/).click();
  await tomas.heading(/^History of Amara Venn/).waitFor();
  await tomas.sees(/Farid Nasweh became mentor/);
  const typed = tomas.page.getByText('A shared record carries the times at which it was first typed.').first();
  assert.equal(await typed.isVisible(), false, 'what work leaves behind by itself is not in the way');
  await tomas.page.locator('summary').filter({ hasText: 'Devices that were set up' }).click();
  await typed.waitFor();
});

test('an address without a page says so', async () => {
  const answer = await tomas.page.goto(`${tomas.address}/no-such-page`);
  assert.equal(answer.status(), 404);
  await tomas.heading('There is nothing at this address').waitFor();
});

test('signing out ends it', async () => {
  await tomas.open('/');
  await tomas.button('Sign out').first().click();
  await tomas.open('/lead');
  await tomas.heading('Sign in').waitFor();
});

test('the phone app says that it needs JavaScript, and where to go without', async () => {
  await tomas.open('/app/');
  assert.match(await tomas.page.locator('noscript').innerText(), /The phone app needs JavaScript\. The pages of this site work without it\./);
});
