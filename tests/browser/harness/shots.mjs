// Pictures of every screen, for people to look at.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SHOTS } from './run.mjs';

/** Writes what is on the screen to `shots/NAME.png`. */
export async function shot(page, name, { whole = false } = {}) {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: whole, animations: 'disabled' });
}
