// Nothing that axe finds: on the page as it stands, in the theme as it is.

import { AxeBuilder } from '@axe-core/playwright';
import assert from 'node:assert/strict';

/** Fails with each finding, and the element that it was found on. */
export async function axeFindsNothing(page, where) {
  const { violations } = await new AxeBuilder({ page }).options({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).analyze();
  const findings = violations.flatMap((violation) => violation.nodes.map((node) => `${violation.id}: ${violation.help}\n    ${node.html.slice(0, 300)}\n    ${node.failureSummary?.replaceAll('\n', '\n    ')}`));
  assert.equal(findings.length, 0, `axe on ${where}:\n${findings.join('\n')}`);
}
