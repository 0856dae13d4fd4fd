// The page that checks a proof. Its policy forbids every request, so whatever it reads stays in this browser; what it
// needs was loaded before a file is chosen. Its sentences stand in the page, in `data-` attributes.

const form = document.getElementById('check');
const key = document.getElementById('key');
const keyProblem = document.getElementById('key-problem');
const file = document.getElementById('file');
const verdict = document.getElementById('verdict');
const findings = document.getElementById('findings');

const worker = new Worker('{{verify_worker}}', { type: 'module' });
/** Only the newest question is answered on the screen. */
let turn = 0;

worker.onmessage = ({ data }) => {
  if (data.turn === turn) show(data);
};
// Its module could not start, or the check broke off.
worker.onerror = () => say(form.dataset.failed, 'unreadable');

form.hidden = false;
form.addEventListener('submit', (event) => {
  event.preventDefault();
  ask();
});
file.addEventListener('change', ask);

// A file that is dropped beside the form must not make the browser leave the page.
for (const sort of ['dragover', 'drop']) window.addEventListener(sort, (event) => event.preventDefault());
window.addEventListener('drop', ({ dataTransfer }) => {
  if (dataTransfer.files.length === 0) return;
  file.files = dataTransfer.files;
  ask();
});

function ask() {
  turn += 1;
  tellKeyProblem('');
  const chosen = file.files[0];
  if (!chosen) {
    say(form.dataset.none, 'beyond');
    file.focus();
    return;
  }
  say(form.dataset.checking, 'beyond');
  worker.postMessage({ turn, file: chosen, key: key.value });
}

function show({ badKey, unreadable, ...report }) {
  if (badKey) {
    say('', '');
    tellKeyProblem(badKey);
    key.focus();
  } else if (unreadable) {
    say(form.dataset.unreadable, 'unreadable');
  } else {
    say(report.headline, report.verdict);
    findings.replaceChildren(...report.findings.map(finding));
  }
}

/** One sentence in the place that is read out, or none; what was found before is about another question. */
function say(sentence, outcome) {
  verdict.dataset.outcome = outcome;
  verdict.replaceChildren(...(sentence ? [line('h2', sentence)] : []));
  findings.replaceChildren();
}

function tellKeyProblem(sentence) {
  keyProblem.textContent = sentence;
  if (sentence) key.setAttribute('aria-invalid', 'true');
  else key.removeAttribute('aria-invalid');
}

function finding({ code, outcome, words, sentence }) {
  const entry = document.createElement('div');
  entry.dataset.outcome = outcome;
  const answer = line('dd', `${sentence} `);
  answer.append(line('code', code));
  entry.append(line('dt', words), answer);
  return entry;
}

function line(tag, words) {
  const element = document.createElement(tag);
  element.textContent = words;
  return element;
}

keep();

/** From the second visit on the page opens without signal. */
async function keep() {
  if (!('serviceWorker' in navigator)) return;
  try {
    await navigator.serviceWorker.register('/verify/sw.js', { scope: '/verify', updateViaCache: 'none' });
    await navigator.serviceWorker.ready;
    document.getElementById('kept').hidden = false;
  } catch (error) {
    console.warn('this page is not kept for later:', error);
  }
}
