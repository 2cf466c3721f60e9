import { buildGraph, createPlan, createReferenceBackend, execute } from '@mnnquant/graph';
import { afterAll, describe, expect, it } from 'vitest';
import { formatSummary } from '../../packages/cli/src/summary.ts';
import { describeWithMnn } from './environment.ts';
import { IMAGE, LIST_NETWORKS } from './list-networks.ts';
import { MnnOracle } from './oracle.ts';
import { SmallNetworkRuns } from './small-network-runs.ts';

const REASON = 'lists of tensors are kept in float';

describeWithMnn('lists of tensors between convolutions', ({ python }) => {
  const runs = new SmallNetworkRuns(new MnnOracle(python), 'x', IMAGE);
  afterAll(() => runs.dispose());

  for (const { title, net, pieces } of LIST_NETWORKS) {
    describe(title, () => {
      const source = runs.write(title, net);

      it('answers in float what MNN answers', async () => {
        const [wanted] = runs.run(source).values();
        const { outputs } = await execute(
          createPlan(buildGraph(net)),
          createReferenceBackend(),
          runs.tests(),
        );
        const got = outputs.flatMap((result) => Array.from(result.get('y')!.data));
        expect(got.length).toBe(wanted.data.length);
        for (const [i, value] of got.entries())
          expect(Math.abs(value - Number(wanted.data[i]))).toBeLessThan(1e-4);
      });

      it.each(['KL', 'EMA'])('%s: both convolutions run in int8, near to float', async (method) => {
        const { outcome, cosines } = await runs.quantize(source, method);
        expect(outcome.prediction.convolutions).toEqual({ int8: 2, total: 2 });
        // Where nothing cuts the network, the runtime copies the bytes of what the first convolution writes.
        const split = outcome.prediction.ops.find(({ type }) => type === 'TensorArraySplit');
        if (pieces) {
          expect(split).toMatchObject({ int8: false, reason: REASON });
          expect(formatSummary(outcome)).toContain(REASON);
        } else expect(split).toMatchObject({ int8: true });
        console.info(title, method, cosines);
        expect(cosines.get('y')).toBeGreaterThan(0.999);
      });
    });
  }
});
