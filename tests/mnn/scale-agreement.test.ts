import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { agreementDocument } from './agreement-document.ts';
import { describeWithMnn } from './environment.ts';
import { compareScales } from './scale-comparison.ts';
import { type Agreement, agreement, UNEXPLAINED } from './scale-differences.ts';

const MODELS = [
  'RFB-320',
  'slim-320',
  'cifar_resnet20',
  'squeezenet_v1.1_imagenet',
  'mobilenet_v2_1.0_224_dequant',
  'mobilefacenet',
];

const DOCUMENT = fileURLToPath(new URL('../../docs/agreement.md', import.meta.url));

/** Share of the untied tensors whose scales lie within 2 % of MNN's. */
const REQUIRED_SHARE = 0.95;

describeWithMnn("scales agree with those of MNN's own tool", (environment) => {
  const results = new Map<string, Agreement>();

  for (const model of MODELS) {
    it(model, async () => {
      const result = agreement(await compareScales(model, environment), environment.python);
      results.set(model, result);
      expect(result.agreeing / result.untied).toBeGreaterThanOrEqual(REQUIRED_SHARE);
      expect(result.differences.filter(({ why }) => why === UNEXPLAINED)).toEqual([]);
    });
  }

  // The table in docs/ is what this test measured: MNNQUANT_UPDATE_DOCS=1 writes it anew, when all is measured.
  afterAll(() => {
    const complete = results.size === MODELS.length;
    if (complete && process.env.MNNQUANT_UPDATE_DOCS === '1')
      writeFileSync(DOCUMENT, agreementDocument(results));
  });
});
