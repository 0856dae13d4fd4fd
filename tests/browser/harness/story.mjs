// What people do in these stories more than once, in their own words.

/** The micro observation up to its rating: everything that is not words. */
export async function rates(mentor, { who, skill, place, level }) {
  await mentor.tap(mentor.place('Observe'));
  await mentor.heading('Observe').waitFor();
  if (who) await mentor.choose('Who', who);
  await mentor.group('What').waitFor();
  await choosesSkill(mentor, skill);
  if (place) await mentor.choose('Where', place);
  await mentor.choose('How much did you need to help?', level);
}

/** A skill of the plan, or one under 'Other skills'. */
export async function choosesSkill(mentor, skill) {
  const row = mentor.choice('What', skill);
  // All skills are drawn at once, those outside of the plan behind 'Other skills'.
  await mentor.page.locator('#what input[type=radio]').first().waitFor({ state: 'attached' });
  if (!(await row.isVisible())) await mentor.tap(mentor.group('What').getByText('Other skills'));
  await mentor.tap(row);
}

/** Words under one of the headings that open. */
export async function writes(mentor, heading, words) {
  const box = mentor.page.getByRole('textbox', { name: heading });
  if (!(await box.isVisible())) await mentor.page.locator('summary').filter({ hasText: heading }).click();
  await box.fill(words);
  await box.blur();
}

/** Signs what is on the observation screen and sends it. */
export async function signsAndSends(mentor, first) {
  await mentor.tap(mentor.button(`Sign and send to ${first}`));
  await mentor.unlocks();
  await mentor.page.waitForURL(/\/app\/records\//);
}

/** A whole observation, signed; answers its address. */
export async function observes(mentor, { who, first, skill, place, level, wentWell, tryNext, nextStep }) {
  await rates(mentor, { who, skill, place, level });
  if (wentWell) await writes(mentor, 'Went well', wentWell);
  if (tryNext) await writes(mentor, 'Try next time', tryNext);
  if (nextStep) await mentor.choose('Next step', nextStep);
  await signsAndSends(mentor, first);
  return mentor.path;
}

/** A request for sign-off with every piece of feedback offered; answers its address. */
export async function asksForSignOff(mentee, { skill, level, words, to = 'Bea' }) {
  await mentee.open('/app/claim');
  await mentee.choose('Skill', skill);
  await mentee.choose('What you would then be allowed to do', `${level} ·`);
  const pieces = mentee.group('Choose your feedback').getByRole('checkbox');
  await pieces.first().waitFor();
  const count = await pieces.count();
  const chosen = mentee.group('Choose your feedback').getByRole('checkbox', { checked: true });
  for (let index = 0; index < count; index += 1) {
    await pieces.nth(index).click();
    await chosen.nth(index).waitFor();
  }
  if (words) {
    const box = mentee.page.getByLabel(/^In your words/);
    await box.fill(words);
    await box.blur();
  }
  await mentee.button(`Send to ${to}`).click();
  await mentee.unlocks();
  await mentee.page.waitForURL(/\/app\/records\//);
  return mentee.path;
}

/** The record at an address of the app, by its last part. */
export function recordOf(path) {
  return path.split('/').at(-1);
}
