// Large text, narrow glass and the other writing direction: nothing is cut off at the side.

/** Rounding of a device pixel. */
const SLACK_PX = 1;

/** What is wider than the screen. */
export function tooWide(page) {
  return page.evaluate((slack) => {
    const root = document.scrollingElement;
    if (root.scrollWidth <= root.clientWidth + slack) return [];
    const out = [...document.body.querySelectorAll('*')].filter((element) => {
      const box = element.getBoundingClientRect();
      return box.width > 0 && (box.right > root.clientWidth + slack || box.left < -slack);
    });
    const name = (element) => `${element.tagName.toLowerCase()}.${element.className} ${Math.round(element.getBoundingClientRect().width)} px: ${(element.innerText ?? '').slice(0, 40)}`;
    return [`the page is ${root.scrollWidth} px wide on ${root.clientWidth} px`, ...out.slice(0, 6).map(name)];
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
