import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { foldBatchNorm } from '@mnnquant/calibrate';
import { OpType, readModel, writeModel } from '@mnnquant/mnn-format';
import { afterAll, expect, it } from 'vitest';
import { quantizeFile } from '../../packages/cli/src/quantize-file.ts';
import { convertModel } from './converter.ts';
import { describeWithMnn } from './environment.ts';
import { MnnOracle } from './oracle.ts';
import { headCosines, officialConfig, SUBJECTS, testData } from './subjects.ts';
import { trainingNet, unfoldConvolutions } from './training-net.ts';

const TEST_IMAGES = 20;
const CALIBRATION_IMAGES = 20;
const ALLOWANCE = 0.003;

describeWithMnn('models converted for training', ({ python, data }) => {
  const oracle = new MnnOracle(python);
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-training-'));
  const at = (name: string): string => join(folder, name);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("fold to what MNN's converter makes of them", () => {
    const model = trainingNet();
    writeFileSync(at('training.mnn'), writeModel(model.net));
    convertModel(python, 'MNN', at('training.mnn'), at('official.mnn'), ['--optimizeLevel', '2']);
    const ours = foldBatchNorm(model).model;
    writeFileSync(at('ours.mnn'), writeModel(ours.net));
    // The converter leaves the one behind the depthwise deconvolution as a Scale.
    const count = (type: number) => ours.net.oplists!.filter((op) => op.type === type).length;
    expect([OpType.BatchNorm, OpType.Dropout, OpType.Scale].map(count)).toEqual([0, 0, 2]);
    const inputs = oracle.random(at('ours.mnn'), { seed: 3, samples: 2 });
    const [expected, actual] = ['official.mnn', 'ours.mnn'].map((name) => {
      const [output] = oracle.run(at(name), inputs).values();
      return Array.from(output.data, Number);
    });
    const largest = Math.max(...expected.map(Math.abs));
    for (const [i, value] of actual.entries())
      expect(Math.abs(value - expected[i]) / largest).toBeLessThan(2e-6);
  });

  for (const subject of SUBJECTS.filter(({ model }) => model === 'RFB-320' || model === 'cifar_resnet20'))
    it(`${subject.model}: as near to float as the model that was folded before`, async () => {
      const plain = resolve(data, 'models/float', `${subject.model}.mnn`);
      const training = at(`${subject.model}.mnn`);
      writeFileSync(training, writeModel(unfoldConvolutions(readModel(readFileSync(plain))).net));
      const config = officialConfig(data, subject.model, 'KL-MAX_ABS');
      const path = `${resolve(data, 'models/official', String(config.path))}/`;
      writeFileSync(
        at('config.json'),
        JSON.stringify({ ...config, path, used_image_num: CALIBRATION_IMAGES }),
      );
      const { inputs } = await testData(subject, data, oracle, TEST_IMAGES);
      const float = oracle.run(plain, inputs);
      const judge = async (source: string) => {
        const job = { source, target: at('result.mnn'), config: at('config.json'), memoryBytes: 2 ** 31 };
        const outcome = await quantizeFile(job);
        return { outcome, cosines: headCosines(oracle.run(job.target, inputs), float, TEST_IMAGES) };
      };
      const [before, after] = [await judge(plain), await judge(training)];
      expect(after.outcome.warnings).toContainEqual(expect.stringMatching(/BatchNorm layers folded/));
      expect(after.outcome.prediction.convolutions).toEqual(before.outcome.prediction.convolutions);
      for (const [name, bound] of before.cosines)
        expect.soft(after.cosines.get(name)!, name).toBeGreaterThanOrEqual(bound - ALLOWANCE);
    });
});
