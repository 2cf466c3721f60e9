import { readFileSync } from 'node:fs';
import { externalizeWeights, type Net, readModel, writeModel } from '@mnnquant/mnn-format';
import { pickedRowsNet, twoInputNet } from '../../packages/cli/test/sample-files.ts';
import { smallNet } from '../../packages/cli/test/scratch.ts';
import { trainingNet } from '../../packages/cli/test/training-net.ts';
import { CONTROL_NETS } from '../../packages/graph/test/golden/control-nets.ts';
import { DATA_SHAPE_NETS } from '../../packages/graph/test/golden/data-shape-nets.ts';
import { goldenModel } from '../../packages/graph/test/golden/golden-model.ts';
import { GOLDEN } from '../../packages/graph/test/golden/index.ts';
import { LIST_NETS } from '../../packages/graph/test/golden/list-nets.ts';

/** Of each list of cases only so many: their nets differ in little else. */
const CASES_PER_LIST = 4;
/** Larger files only take longer. */
const MOST_BYTES = 64 * 1024;

/** Whole small models, and one-op models of every operator that is evaluated. */
function nets(): Net[] {
  const several = [CONTROL_NETS, DATA_SHAPE_NETS, LIST_NETS].flatMap((group) =>
    Object.values(group).map(({ net }) => net),
  );
  const single = Object.values(GOLDEN).flatMap((cases) => {
    const step = Math.max(1, Math.floor(cases.length / CASES_PER_LIST));
    return cases.filter((_, i) => i % step === 0).map((one) => goldenModel([one]).net);
  });
  // Again and again: these are the ones that are quantized.
  const whole = [smallNet(), smallNet(-1, -1), twoInputNet(), pickedRowsNet(), trainingNet()];
  return [...Array.from({ length: 20 }, () => whole).flat(), ...several, ...single];
}

export interface Corpus {
  readonly models: readonly Uint8Array[];
  /** Models whose weights lie in a file, with that file. */
  readonly external: readonly { readonly model: Uint8Array; readonly weights: Uint8Array }[];
}

/** @param examples the folder `examples` of the repository, for a trained model */
export function readCorpus(examples: string): Corpus {
  const models = nets()
    .map(writeModel)
    .filter(({ length }) => length <= MOST_BYTES);
  const digits = readModel(readFileSync(`${examples}/digits/digits.mnn`)).net;
  const external = [smallNet(), twoInputNet(), digits].map((net) => {
    const { net: moved, bytes } = externalizeWeights(net);
    return { model: writeModel(moved), weights: bytes };
  });
  // Without its weights the trained model is small.
  return { models: [...models, external[2].model, writeModel(digits)], external };
}
