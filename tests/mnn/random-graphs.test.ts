import { OPS } from '@mnnquant/graph';
import { OpType } from '@mnnquant/mnn-format';
import { expect, it } from 'vitest';
import { describeWithMnn } from './environment.ts';
import { MnnOracle } from './oracle.ts';
import { constantAttributes } from './random/attributes.ts';
import { chain } from './random/chains.ts';
import { compareWithMnn, type Verdict } from './random/compare.ts';
import { compareChains } from './random/compare-chains.ts';
import { compareNets } from './random/compare-nets.ts';
import { controlNet } from './random/control-nets.ts';
import { sampled } from './random/draw.ts';
import { GENERATORS, NOT_RANDOM } from './random/index.ts';
import { TRAITS } from './random/net-maker.ts';

/** Of each op. To look further: `MNNQUANT_RANDOM_CASES`, and another `MNNQUANT_RANDOM_SEED`. */
const CASES = Number(process.env.MNNQUANT_RANDOM_CASES ?? 8);
const SEED = Number(process.env.MNNQUANT_RANDOM_SEED ?? 2026);

describeWithMnn('random ops answer as MNN does', ({ python }) => {
  const oracle = new MnnOracle(python);
  for (const [type, generator] of Object.entries(GENERATORS)) {
    it(type, async () => {
      const cases = sampled(generator, CASES, SEED).map((item, i) => ({ ...item, title: `${type} ${i}` }));
      const verdicts = await compareWithMnn(oracle, cases);
      expect(verdicts.map(told).filter((line) => line !== undefined)).toEqual([]);
    });
  }

  it('chains of 2 to 6 ops', async () => {
    expect(await compareChains(oracle, sampled(chain, CASES * 15, SEED))).toEqual([]);
  });

  it('networks with branches and loops', async () => {
    const nets = sampled(controlNet, CASES * 15, SEED);
    expect(TRAITS.filter((trait) => !nets.some(({ traits }) => traits.has(trait)))).toEqual([]);
    expect(await compareNets(oracle, nets)).toEqual([]);
  });

  it('every attribute is varied', () => {
    const constant = Object.entries(GENERATORS).flatMap(([type, generator]) =>
      constantAttributes(type, sampled(generator, 60, SEED)),
    );
    expect(constant).toEqual([]);
  });

  it('every op has a generator, or a reason not to', () => {
    const types = OPS.flatMap(({ opTypes }) => opTypes.map((type) => OpType[type as never] ?? nameOf(type)));
    const missing = types.filter((type) => !(type in GENERATORS) && !(type in NOT_RANDOM));
    expect(missing).toEqual([]);
  });
});

function nameOf(type: number): string {
  return Object.entries(OpType).find(([, value]) => value === type)![0];
}

/** A line for a mismatch that nothing explains. */
function told({ item, problem, known }: Verdict): string | undefined {
  if (problem === undefined || known !== undefined) return undefined;
  return `${item.title}: ${problem}\n  ${JSON.stringify({ main: item.main, inputs: item.inputs }, shortArrays)}`;
}

function shortArrays(_: string, value: unknown): unknown {
  return ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>).slice(0, 12) : value;
}
