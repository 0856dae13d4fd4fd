// A screen looked at in every way: with axe in either theme, with large text, from right to left; and
// a picture of it at both sizes and in both themes.

import { axeFindings } from './axe.mjs';
import { PHONE, TABLET } from './person.mjs';
import { fromRightToLeft, tooWide, withLargeText } from './reflow.mjs';
import { shot } from './shots.mjs';

const THEMES = ['light', 'dark'];
const SIZES = [
  ['phone', PHONE],
  ['tablet', TABLET],
];

/** What is wrong with the screen as it stands. */
export async function findingsOn(person, name) {
  const { page } = person;
  const findings = [];
  const note = (found, how) => findings.push(...found.map((finding) => `${name}, ${how}: ${finding}`));
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    for (const [size, viewport] of SIZES) {
      await page.setViewportSize(viewport);
      await shot(page, `${name}-${size}-${theme}`);
    }
    await page.setViewportSize(person.size);
    note(await axeFindings(page), theme);
  }
  await page.setViewportSize(PHONE);
  note(await tooWide(page), 'on a phone');
  note(await withLargeText(page, () => tooWide(page)), 'text at 200 %');
  for (const [size, viewport] of SIZES) {
    await page.setViewportSize(viewport);
    note(await fromRightToLeft(page, () => tooWide(page)), `from right to left on a ${size}`);
  }
  await page.setViewportSize(person.size);
  await page.emulateMedia({ colorScheme: person.theme, reducedMotion: 'reduce' });
  return findings;
}
