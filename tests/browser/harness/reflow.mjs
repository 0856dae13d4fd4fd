// Large text, narrow glass and the other writing direction: nothing is cut off at the side.

/** Rounding of a device pixel. */
const SLACK_PX = 1;

/** What is wider than the screen, and what hides a part of itself behind a sideways scroll. */
export function tooWide(page) {
  return page.evaluate((slack) => {
    const root = document.scrollingElement;
    const all = [...document.body.querySelectorAll('*')];
    const name = (element) => `${element.tagName.toLowerCase()}.${element.className} ${Math.round(element.getBoundingClientRect().width)} px: ${(element.innerText ?? '').slice(0, 40)}`;
    const sideways = all.filter((element) => ['auto', 'scroll'].includes(getComputedStyle(element).overflowX) && element.scrollWidth > element.clientWidth + slack);
    const hidden = sideways.map((element) => `scrolls sideways over ${element.scrollWidth} px: ${name(element)}`);
    if (root.scrollWidth <= root.clientWidth + slack) return hidden;
    const out = all.filter((element) => {
      const box = element.getBoundingClientRect();
      return box.width > 0 && (box.right > root.clientWidth + slack || box.left < -slack);
    });
    return [`the page is ${root.scrollWidth} px wide on ${root.clientWidth} px`, ...hidden, ...out.slice(0, 6).map(name)];
  }, SLACK_PX);
}

/** Does something with text at twice its size, and answers what it answers. */
export async function withLargeText(page, act) {
  await page.evaluate(() => document.documentElement.style.setProperty('font-size', '200%'));
  const answer = await act();
  await page.evaluate(() => document.documentElement.style.removeProperty('font-size'));
  return answer;
}

/** Does something with the page from right to left, and answers what it answers. */
export async function fromRightToLeft(page, act) {
  const before = await page.evaluate(() => {
    const before = document.documentElement.dir;
    document.documentElement.dir = 'rtl';
    return before;
  });
  const answer = await act();
  await page.evaluate((before) => {
    document.documentElement.dir = before;
  }, before);
  return answer;
}
