// Loaded before the command (NODE_OPTIONS=--require): lets something go wrong at a chosen call of the file system, or
// in a worker. What is in MNNQUANT_FAULT: fault.ts.
const fs = require('node:fs');
const workers = require('node:worker_threads');
const { syncBuiltinESMExports } = require('node:module');

const {
  folder,
  call,
  nth = 1,
  action,
  when = 'before',
  path: only,
  worker,
  log,
} = JSON.parse(process.env.MNNQUANT_FAULT);
const original = { ...fs, promises: { ...fs.promises } };
const descriptors = new Map();
let seen = 0;

function act(path) {
  if (action.signal) process.kill(process.pid, action.signal);
  // A signal that is not deferred takes a moment.
  if (action.signal === 'SIGKILL') for (;;);
  if (action.code)
    throw Object.assign(new Error(`${action.code}: made by the test, ${call}`), { code: action.code });
  if (action.replace) original.writeFileSync(path, Buffer.from(action.replace, 'base64'));
  if (action.append) original.appendFileSync(path, Buffer.from(action.append, 'base64'));
  if (action.truncate !== undefined) original.truncateSync(path, action.truncate);
  if (action.remove) original.rmSync(path);
}

/** Whether this call is the one; `path` is the file it is about. */
function isIt(name, path) {
  if (path === undefined || !path.startsWith(folder) || (only !== undefined && !path.endsWith(only)))
    return false;
  if (log) original.appendFileSync(log, `${name} ${path.slice(folder.length + 1)}\n`);
  return name === call && ++seen === nth;
}

function pathOf(argument) {
  return typeof argument === 'number'
    ? descriptors.get(argument)
    : argument === undefined
      ? undefined
      : String(argument);
}

for (const name of [
  'openSync',
  'writeSync',
  'fsyncSync',
  'linkSync',
  'renameSync',
  'rmSync',
  'readFileSync',
]) {
  fs[name] = (...args) => {
    const path = pathOf(args[0]);
    const hit = isIt(name, path);
    if (hit && when === 'before') act(path);
    const result = original[name](...args);
    if (name === 'openSync') descriptors.set(result, path);
    if (hit && when === 'after') act(path);
    return result;
  };
}
fs.promises.open = async (...args) => {
  const path = pathOf(args[0]);
  const hit = isIt('open', path);
  if (hit && when === 'before') act(path);
  const handle = await original.promises.open(...args);
  if (hit && when === 'after') act(path);
  return handle;
};

if (worker && workers.isMainThread) {
  const { Worker } = workers;
  let made = 0;
  workers.Worker = class extends Worker {
    #posted = 0;
    #victim = ++made === 2;
    constructor(file, options) {
      super(
        file,
        worker.memory ? { ...options, resourceLimits: { maxOldGenerationSizeMb: worker.memory } } : options,
      );
    }
    postMessage(...args) {
      super.postMessage(...args);
      if (worker.terminateAfter !== undefined && this.#victim && ++this.#posted === worker.terminateAfter)
        this.terminate();
    }
  };
}
if (worker && worker.throwAfter !== undefined && !workers.isMainThread)
  setTimeout(() => {
    throw new Error('thrown by the test');
  }, worker.throwAfter);

syncBuiltinESMExports();
