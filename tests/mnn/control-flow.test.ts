import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeModel } from '@mnnquant/mnn-format';
import { expect, it } from 'vitest';
import { CONTROL_NETS } from '../../packages/graph/test/golden/control-nets.ts';
import { DATA_SHAPE_NETS } from '../../packages/graph/test/golden/data-shape-nets.ts';
import { LIST_NETS } from '../../packages/graph/test/golden/list-nets.ts';
import type { ControlNet } from '../../packages/graph/test/golden/net-parts.ts';
import { describeWithMnn } from './environment.ts';
import type { NumpyArray } from './npz.ts';
import { inFolder, MnnOracle } from './oracle.ts';

describeWithMnn('control flow is what MNN makes of it', ({ python }) => {
  const oracle = new MnnOracle(python);
  for (const [title, item] of Object.entries({ ...CONTROL_NETS, ...DATA_SHAPE_NETS, ...LIST_NETS })) {
    if (item.mnnFails) {
      it(`${title}: not so, ${item.mnnFails}`, () => expect(answers(oracle, item)).not.toEqual(wanted(item)));
      continue;
    }
    it(title, () => expect(answers(oracle, item)).toEqual(wanted(item)));
  }
});

type Answers = Record<string, { shape: readonly number[]; data: number[] }>;

function wanted({ expected }: ControlNet): Answers {
  return Object.fromEntries(
    Object.entries(expected).map(([name, { shape, data }]) => [name, { shape, data: [...data] }]),
  );
}

/** What MNN's Module interface answers; its message where it fails. */
function answers(oracle: MnnOracle, { net, feeds }: ControlNet): Answers | string {
  return inFolder((folder) => {
    const path = join(folder, 'net.mnn');
    writeFileSync(path, writeModel(net));
    const inputs = new Map<string, NumpyArray>(
      Object.entries(feeds).map(([name, { shape, data, whole }]) => [
        name,
        { shape: [1, ...shape], data: whole ? Int32Array.from(data) : Float32Array.from(data) },
      ]),
    );
    try {
      const results = oracle.run(path, inputs, { module: true });
      return Object.fromEntries(
        [...results].map(([name, { shape, data }]) => [
          name,
          { shape: shape.slice(1), data: Array.from(data as ArrayLike<number>, Number) },
        ]),
      );
    } catch (error) {
      return String(error);
    }
  });
}
