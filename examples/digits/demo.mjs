// Quantizes the example model with the command, then compares it with the float one on 500 images that calibration did
// not see: what MNN's runtime makes of the int8 model, as the simulator computes it.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = 'examples/digits';
const [source, target, config] = [`${here}/digits.mnn`, `${here}/out/digits-int8.mnn`, `${here}/config.json`];

function mnnquant(...args) {
  console.log(`\n$ mnnquant ${args.join(' ')}`);
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const command = ['packages/cli/bin/mnnquant.js', ...args];
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

mkdirSync(new URL('out', import.meta.url), { recursive: true });
mnnquant(source, target, config, '--report', `${here}/out/report.html`);
mnnquant(
  'compare',
  source,
  target,
  ...['--config', config, '--data', `${here}/test`, '--labels', `${here}/labels.csv`],
);
console.log(`\nOpen ${here}/out/report.html in a browser to see where the error comes from.`);
