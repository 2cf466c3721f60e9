import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeModel } from '@mnnquant/mnn-format';
import { expect, it } from 'vitest';
import { type GoldenModel, goldenModel } from '../../packages/graph/test/golden/golden-model.ts';
import { GOLDEN, type GoldenAnswers } from '../../packages/graph/test/golden/index.ts';
import { describeWithMnn } from './environment.ts';
import type { NumpyArray, NumpyData } from './npz.ts';
import { inFolder, MnnOracle } from './oracle.ts';

const FOLDER = fileURLToPath(new URL('../../packages/graph/test/golden/generated/', import.meta.url));

// With MNNQUANT_RECORD_GOLDEN=1 the files are written instead of compared.
describeWithMnn('what MNN answers to single ops is what the recorded files say', ({ python }) => {
  const oracle = new MnnOracle(python);
  for (const [name, cases] of Object.entries(GOLDEN)) {
    it(name, () => {
      const answers = ask(oracle, goldenModel(cases));
      const path = join(FOLDER, `${name}.json`);
      if (process.env.MNNQUANT_RECORD_GOLDEN === '1') writeFileSync(path, format(answers));
      else expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(answers);
    });
  }
});

function ask(oracle: MnnOracle, { net, feeds, outputs }: GoldenModel): GoldenAnswers {
  return inFolder((folder) => {
    const path = join(folder, 'golden.mnn');
    writeFileSync(path, writeModel(net));
    // The oracle wants a leading sample axis.
    const inputs = new Map(
      [...feeds].map(([name, { shape, data }]) => [name, { shape: [1, ...shape], data: data as NumpyData }]),
    );
    const results = oracle.run(path, inputs);
    return Object.fromEntries(
      [...outputs].map(([title, names]) => [title, names.map((output) => answer(results.get(output)!))]),
    );
  });
}

function answer({ shape, data }: NumpyArray) {
  const whole = !(data instanceof Float32Array);
  // JSON knows neither NaN nor infinities nor a zero's sign.
  const numbers = Array.from(data as ArrayLike<number>, (value) => {
    if (!Number.isFinite(value)) return String(value);
    return whole ? value : Number(value.toPrecision(7)) + 0;
  });
  return { shape: shape.slice(1), data: numbers };
}

function format(answers: GoldenAnswers): string {
  const lines = Object.entries(answers).map(
    ([title, made]) => `  ${JSON.stringify(title)}: ${JSON.stringify(made)}`,
  );
  return `{\n${lines.join(',\n')}\n}\n`;
}
