import {
  int8Candidates,
  predictInt8,
  quantizeModel,
  quantizeWeights,
  scalesJson,
  withScalesForPieces,
} from '@mnnquant/calibrate';
import type { ExecutionPlan, Graph } from '@mnnquant/graph';
import { inlineExternalWeights, type MnnModel, readModel, writeModel } from '@mnnquant/mnn-format';
import { parseConfig } from '../../packages/cli/src/config/check.ts';
import { prepareJob } from '../../packages/cli/src/job/prepare.ts';
import { sourceModel } from '../../packages/cli/src/source-model.ts';
import { damaged, randomBytes } from './bytes.ts';
import type { Corpus } from './corpus.ts';
import { changeModel } from './model-changes.ts';
import type { Random } from './random.ts';

const { config: CONFIG } = parseConfig('{"path": "."}', 'config', () => []);

/** Dynamic extents get a size that most networks can take. */
const DYNAMIC_EXTENT = 8;

/** All that the command does with a model but running it; every fourth that comes so far is written as well. */
async function useModel(bytes: Uint8Array, random: Random): Promise<string> {
  const noWeights = (): never => {
    throw new TypeError('asked for weights');
  };
  const find = random.once(2) ? () => ({ path: 'weights', bytes: random.bytes(64) }) : noWeights;
  let model: MnnModel;
  try {
    ({ model } = sourceModel(bytes, 'fuzzed.mnn', find));
  } catch (error) {
    if (error instanceof TypeError && error.message === 'asked for weights') return 'weights elsewhere';
    throw error;
  }
  const source = (graph: Graph) => ({
    shapes: new Map(
      graph.inputs.map(
        ({ name, desc }) => [name, desc.shape.map((n) => (n < 0 ? DYNAMIC_EXTENT : n))] as const,
      ),
    ),
    count: 0,
    open: noWeights,
  });
  const { inference, graph, plan } = await prepareJob(model, CONFIG, source, () => {});
  const candidates = int8Candidates(graph, plan, { asymmetric: random.once(2) });
  if (!random.once(4)) {
    predictInt8(inference.folded.model, plan, candidates);
    return 'predicted';
  }
  return quantize(inference.folded.model, plan, candidates, random);
}

/** As a job would, with scales out of the air; what is written must be read and written again to the same bytes. */
function quantize(
  model: MnnModel,
  plan: ExecutionPlan,
  candidates: ReturnType<typeof int8Candidates>,
  random: Random,
): string {
  const weightMethod = random.once(8) ? 'ADMM' : 'MAX_ABS';
  const weights = quantizeWeights(plan, candidates, {
    weightMethod,
    weightClamp: 127,
    quantBits: 2 + random.below(7),
  });
  const params = { scale: 0.02, zeroPoint: 0, min: -127, max: 127 };
  const scales = new Map([...candidates.tensors].map((tensor) => [tensor, params] as const));
  const { means, apart } = candidates;
  const written = withScalesForPieces(quantizeModel(model, { scales, weights, means, apart }), plan);
  predictInt8(written, plan, candidates);
  scalesJson(written);
  const bytes = writeModel(written.net);
  const again = writeModel(readModel(bytes).net);
  if (Buffer.compare(bytes, again) !== 0) throw new TypeError('the written model reads as another one');
  return 'written';
}

export function modelTargets({ models, external }: Corpus) {
  return {
    /** Files with other bytes. */
    file: (random: Random) => useModel(damaged(models, random), random),
    /** Files that are whole, of models that make no sense. */
    structure: (random: Random) => {
      const { net } = readModel(random.pick(models).slice());
      changeModel(net, random);
      return useModel(writeModel(net), random);
    },
    noise: (random: Random) => useModel(randomBytes(random), random),
    /** A weight file and a model of which one does not fit the other. */
    weights: (random: Random) => {
      const { model, weights } = random.pick(external);
      const { net } = readModel(model.slice());
      if (random.once(2)) changeModel(net, random);
      const file = random.once(3) ? weights : damaged([weights], random);
      return useModel(writeModel(inlineExternalWeights(net, () => file)), random);
    },
  };
}
