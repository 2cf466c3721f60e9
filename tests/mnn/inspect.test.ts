import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { elementCount } from '@mnnquant/graph';
import { readModel } from '@mnnquant/mnn-format';
import { type Inspection, inspectModel } from 'mnnquant';
import { expect, it, onTestFinished } from 'vitest';
import { convertModel } from './converter.ts';
import { describeWithMnn } from './environment.ts';
import { FLOAT_MODELS } from './models.ts';
import { pythonScript, runPython } from './oracle.ts';

const SCRIPT = pythonScript('session_work.py');

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

/** What MNN's converter can make of a model, and how it stores the weights then. */
const STORED: readonly (readonly [flags: string, kind: string, weights: object])[] = [
  ['--fp16', 'weights', { storage: 'float16' }],
  [
    '--weightQuantBits 8 --weightQuantAsymmetric 0',
    'weights',
    { storage: 'int8', scheme: 'symmetric', per: 'channel' },
  ],
  ['--weightQuantBits 8 --weightQuantScaleBit 16', 'weights', { storage: 'int8', per: 'channel' }],
  [
    '--weightQuantBits 4 --weightQuantBlock 16',
    'weights',
    { storage: 'int4', scheme: 'asymmetric', per: 'block' },
  ],
  ['--saveExternalData', 'none', { storage: 'float32', external: true }],
  ['--saveExternalData --weightQuantBits 4', 'weights', { storage: 'int4', per: 'channel', external: true }],
  ['--saveStaticModel', 'none', { storage: 'float32' }],
];

describeWithMnn('inspect counts', ({ python, data }) => {
  it.each(KNOWN)('parameters and multiply-adds of %s as known', (name, parameters, multiplyAdds) => {
    const found = inspect(data, name);
    expect(found.parameters.count).toBe(parameters);
    if (multiplyAdds !== undefined) expect(found.work?.multiplyAdds).toBe(multiplyAdds);
  });

  it.each(FLOAT_MODELS)('multiply-adds of %s as MNN, which counts other ops as well', (name) => {
    const output = runPython(python, [SCRIPT, join(data, 'models/float', `${name}.mnn`)]);
    const theirs = 1e6 * Number(/^work ([\d.]+)$/m.exec(output)?.[1]);
    expect(theirs, output).toBeGreaterThan(0);
    const found = inspect(data, name);
    const ours = found.work!.multiplyAdds;
    const results = found.ops.flatMap(({ outputs }) => outputs.map(({ shape = [] }) => elementCount(shape)));
    // Of an op that multiplies nothing MNN counts its results, or what it reads; twice as many is enough for both.
    const others = 2 * results.reduce((sum, count) => sum + count, 0);
    expect(theirs - ours).toBeGreaterThan(-1e-4 * ours);
    expect(theirs - ours).toBeLessThan(others);
  });

  it.each(STORED)('the same network where the converter was given %s', (flags, kind, weights) => {
    const name = 'squeezenet_v1.1_imagenet';
    const folder = mkdtempSync(join(tmpdir(), 'mnnquant-inspect-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const target = join(folder, 'a.mnn');
    convertModel(python, 'MNN', join(data, 'models/float', `${name}.mnn`), target, flags.split(' '));
    const found = inspectModel(readModel(readFileSync(target)));
    const before = inspect(data, name);
    expect(found.parameters.count).toBe(before.parameters.count);
    expect(found.work).toEqual(before.work);
    expect(found.quantization.kind).toBe(kind);
    expect(found.quantization.weights).toContainEqual(expect.objectContaining(weights));
    expect(found.metadata.fixedSize).toBe(flags === '--saveStaticModel');
  });
});
