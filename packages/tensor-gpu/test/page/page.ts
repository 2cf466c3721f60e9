// Quantizes a model that a person chooses, in a worker.
import type { BackendName, Order, Report } from './messages.ts';

/** Of the page, by its id. */
function part<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

const form = part<HTMLFormElement>('job');
const start = part<HTMLButtonElement>('start');
const stop = part<HTMLButtonElement>('stop');

const PHASES: Readonly<Record<string, string>> = {
  images: 'Reading images',
  calibrate: 'Calibrating',
  debug: 'Comparing layers',
};

let worker: Worker | undefined;

form.addEventListener('submit', (event) => {
  event.preventDefault();
  clear();
  const order = orderOf();
  if (order.images.length === 0) {
    end('The folder has no files.');
    return;
  }
  part('progress').hidden = false;
  setRunning(true);
  status('Starting');
  worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<Report>) => show(data, order.target));
  worker.addEventListener('error', ({ message }) => end(message || 'The worker cannot be loaded.'));
  worker.postMessage(order);
});

stop.addEventListener('click', () => end('Stopped; nothing was written.'));

function orderOf(): Order {
  const [model, config] = ['model', 'config'].map((id) => part<HTMLInputElement>(id).files![0]);
  return {
    model,
    config,
    images: [...part<HTMLInputElement>('images').files!].filter(isDirectChild),
    backend: part<HTMLSelectElement>('backend').value as BackendName,
    target: model.name.replace(/(\.mnn)?$/i, '-int8.mnn'),
  };
}

/** As the command, which does not enter sub-folders: `folder/name`. */
function isDirectChild({ webkitRelativePath }: File): boolean {
  return webkitRelativePath.split('/').length <= 2;
}

function show(report: Report, target: string): void {
  switch (report.kind) {
    case 'progress':
      progress(report.phase, report.done, report.total);
      break;
    case 'warning':
      part('warnings').hidden = false;
      part('warning-list').append(item(report.message));
      break;
    case 'failed':
      end(report.message);
      break;
    case 'done':
      offer(target, report.model);
      offer(`${target}.json`, report.scales);
      part('summary').replaceChildren(...report.summary.split('\n').map(summaryLine));
      part('result').hidden = false;
      end();
  }
}

function progress(phase: string, done: number, total: number): void {
  const bar = part<HTMLProgressElement>('bar');
  bar.max = total;
  bar.value = done;
  status(PHASES[phase] ?? phase);
}

/** Told to those who do not see it only where it changes. */
function status(text: string): void {
  const line = part('status');
  if (line.textContent !== text) line.textContent = text;
}

/** A link under which a result is saved. */
function offer(name: string, content: Uint8Array | string): void {
  const blob = new Blob([content as BlobPart]);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.textContent = name;
  const entry = item('');
  entry.append(link, ` (${(blob.size / 1000).toFixed(1)} kB)`);
  part('downloads').append(entry);
}

/** What does not fit into a line goes on below its text, not below its title. */
function summaryLine(text: string): HTMLSpanElement {
  const line = document.createElement('span');
  line.textContent = `${text}\n`;
  return line;
}

function item(text: string): HTMLLIElement {
  const entry = document.createElement('li');
  entry.textContent = text;
  return entry;
}

/** @param problem why there is no result */
function end(problem?: string): void {
  worker?.terminate();
  worker = undefined;
  setRunning(false);
  part('progress').hidden = problem !== undefined;
  status(problem === undefined ? 'Done' : '');
  const error = part('error');
  error.hidden = problem === undefined;
  error.textContent = problem ?? '';
}

function setRunning(running: boolean): void {
  start.disabled = running;
  stop.disabled = !running;
  form.setAttribute('aria-busy', String(running));
}

/** Takes away what an earlier job left. */
function clear(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('#downloads a'))
    URL.revokeObjectURL(link.href);
  for (const id of ['downloads', 'warning-list']) part(id).replaceChildren();
  for (const id of ['result', 'warnings', 'error']) part(id).hidden = true;
  part<HTMLProgressElement>('bar').value = 0;
}
