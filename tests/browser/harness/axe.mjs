// Nothing that axe finds: on the page as it stands, in the theme as it is.

import { AxeBuilder } from '@axe-core/playwright';

/** Each finding, with the element that it was found on. */
export async function axeFindings(page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 300)} ${failureSummary?.replaceAll(/\s+/g, ' ')}`));
}
