// Nothing that axe finds: on the page as it stands, in the theme as it is.

import { AxeBuilder } from '@axe-core/playwright';

/** What alone can differ between two themes of one page. */
const COLOURS = ['color-contrast', 'link-in-text-block'];

/** Each finding, with the element that it was found on. */
export async function axeFindings(page, { coloursOnly = false } = {}) {
  const axe = new AxeBuilder({ page });
  if (coloursOnly) axe.withRules(COLOURS);
  const { violations } = await axe.analyze();
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 300)} ${failureSummary?.replaceAll(/\s+/g, ' ')}`));
}
