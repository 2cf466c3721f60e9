import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { elementCount } from '@mnnquant/graph';
import { readModel } from '@mnnquant/mnn-format';
import { type Inspection, inspectModel } from 'mnnquant';
import { expect, it } from 'vitest';
import { describeWithMnn } from './environment.ts';
import { FLOAT_MODELS } from './models.ts';

const SCRIPT = fileURLToPath(new URL('python/session_work.py', import.meta.url));

/** Numbers that others publish, or that follow from the architecture. */
const KNOWN: readonly (readonly [name: string, parameters: number, multiplyAdds: number | undefined])[] = [
  // torchvision's squeezenet1_1 has as many.
  ['squeezenet_v1.1_imagenet', 1_235_496, undefined],
  // torchvision's mobilenet_v2: 3,504,872 and 300,774,272; here with a class more (1280 weights, a bias) and without
  // the 17,056 factors of folded BatchNorm.
  ['mobilenet_v2_1.0_224_dequant', 3_504_872 - 17_056 + 1_281, 300_774_272 + 1_280],
  // 267,696 weights, 688 biases, 650 of the classifier, a padding value; He et al. say 0.27 M.
  ['cifar_resnet20', 267_696 + 688 + 650 + 1, undefined],
];

function inspect(data: string, name: string): Inspection {
  return inspectModel(readModel(readFileSync(join(data, 'models/float', `${name}.mnn`))));
}

describeWithMnn('inspect counts', ({ python, data }) => {
  it.each(KNOWN)('parameters and multiply-adds of %s as known', (name, parameters, multiplyAdds) => {
    const found = inspect(data, name);
    expect(found.parameters.count).toBe(parameters);
    if (multiplyAdds !== undefined) expect(found.work?.multiplyAdds).toBe(multiplyAdds);
  });

  it.each(FLOAT_MODELS)('multiply-adds of %s as MNN, which counts other ops as well', (name) => {
    const { stdout, stderr } = spawnSync(python, [SCRIPT, join(data, 'models/float', `${name}.mnn`)], {
      encoding: 'utf8',
    });
    const theirs = 1e6 * Number(/^work ([\d.]+)$/m.exec(stdout)?.[1]);
    expect(theirs, stderr).toBeGreaterThan(0);
    const found = inspect(data, name);
    const ours = found.work!.multiplyAdds;
    const results = found.ops.flatMap(({ outputs }) => outputs.map(({ shape = [] }) => elementCount(shape)));
    // Of an op that multiplies nothing MNN counts its results, or what it reads; twice as many is enough for both.
    const others = 2 * results.reduce((sum, count) => sum + count, 0);
    expect(theirs - ours).toBeGreaterThan(-1e-4 * ours);
    expect(theirs - ours).toBeLessThan(others);
  });
});
