// The check of a file, beside the page so that it stays awake. The module comes as a script: the policy that this worker
// was served with forbids every request.

import start, { bytes_to_read, check } from '{{verify_js}}';
import { bytes } from '{{verify_module}}';

const ready = start({ module_or_path: bytes });

self.onmessage = async ({ data: { turn, file, key } }) => {
  self.postMessage({ turn, ...(await checked(file, key)) });
};

async function checked(file, key) {
  await ready;
  let content;
  try {
    content = new Uint8Array(await file.slice(0, bytes_to_read()).arrayBuffer());
  } catch {
    // Moved or changed since it was chosen, or not to be read by this browser.
    return { unreadable: true };
  }
  try {
    const { verdict, headline, findings } = check(content, key);
    return { verdict, headline, findings: findings.map(({ code, outcome, words, sentence }) => ({ code, outcome, words, sentence })) };
  } catch (error) {
    if (typeof error === 'string') return { badKey: error };
    throw error;
  }
}
