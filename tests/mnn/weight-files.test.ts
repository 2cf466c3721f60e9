import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { externalizeWeights, inlineExternalWeights, readModel, writeModel } from '@mnnquant/mnn-format';
import { afterAll, describe, expect, it } from 'vitest';
import { quantizeFile } from '../../packages/cli/src/quantize-file.ts';
import { convertModel } from './converter.ts';
import { describeWithMnn } from './environment.ts';
import { MnnOracle } from './oracle.ts';
import { officialConfig } from './subjects.ts';

/** Float models and what MNN's tool made of them: each with its weights moved out. */
const MODELS = [
  'float/RFB-320',
  'float/mobilefacenet',
  'official/RFB-320.KL-MAX_ABS',
  'official/cifar_resnet20.EMA-MAX_ABS',
];

const SKIPPED = '/layer2/layer2.1/conv1/Conv_output_0';

describeWithMnn('weight files', ({ python, oldPython, data }) => {
  const oracles = [python, ...(oldPython ? [oldPython] : [])].map((one) => new MnnOracle(one));
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-weights-'));
  const at = (name: string): string => join(folder, name);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Both versions of MNN, session and module. */
  function expectSameOutputs(inside: string, outside: string): void {
    const inputs = oracles[0].random(inside, { seed: 5, samples: 2 });
    for (const oracle of oracles)
      for (const module of [false, true])
        expect(oracle.run(outside, inputs, { module })).toEqual(oracle.run(inside, inputs, { module }));
  }

  describe('MNN computes the same with them', () => {
    for (const model of MODELS)
      it(model, () => {
        const inside = resolve(data, 'models', `${model}.mnn`);
        const { net, bytes } = externalizeWeights(readModel(readFileSync(inside)).net);
        writeFileSync(at('outside.mnn'), writeModel(net));
        writeFileSync(at('outside.mnn.weight'), bytes);
        expect(bytes.length).toBeGreaterThan(0.7 * statSync(inside).size);
        expectSameOutputs(inside, at('outside.mnn'));
      });
  });

  it("the converter's files are read, and ours are like them", () => {
    const inside = resolve(data, 'models/float/cifar_resnet20.mnn');
    convertModel(python, 'MNN', inside, at('theirs.mnn'), ['--saveExternalData']);
    const theirs = readModel(readFileSync(at('theirs.mnn'))).net;
    const file = new Uint8Array(readFileSync(at('theirs.mnn.weight')));
    const ours = externalizeWeights(inlineExternalWeights(theirs, file));
    expect(Buffer.from(ours.bytes).equals(file)).toBe(true);
    expect(Buffer.from(writeModel(ours.net)).equals(Buffer.from(writeModel(theirs)))).toBe(true);
  });

  it('an int8 model with one layer left float', async () => {
    const plain = resolve(data, 'models/float/cifar_resnet20.mnn');
    convertModel(python, 'MNN', plain, at('source.mnn'), ['--saveExternalData']);
    const config = officialConfig(data, 'cifar_resnet20', 'KL-MAX_ABS');
    const path = `${resolve(data, 'models/official', String(config.path))}/`;
    const keys = { path, used_image_num: 4, skip_quant_op_names: [SKIPPED] };
    writeFileSync(at('config.json'), JSON.stringify({ ...config, ...keys }));
    for (const [source, target] of [
      [plain, at('inside.mnn')],
      [at('source.mnn'), at('split.mnn')],
    ])
      await quantizeFile({ source, target, config: at('config.json'), memoryBytes: 2 ** 31 });
    expect(statSync(at('split.mnn.weight')).size).toBeGreaterThan(statSync(at('split.mnn')).size);
    expectSameOutputs(at('inside.mnn'), at('split.mnn'));
  });
});
