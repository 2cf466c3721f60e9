import { channelCount } from '@mnnquant/calibrate';
import { describe } from './explain.ts';
import { type Config, configSchema } from './schema.ts';

type Raw = Readonly<Record<string, unknown>>;

/** What a schema cannot say; keys whose own value is wrong are left out. */
export function relations(raw: Raw): string[] {
  const config = validPart(raw);
  return [
    ...(config.input_type === 'sequence' ? [] : channelProblems(config)),
    ...repeatedInputs(config),
    ...methodProblems(config),
    ...movingStatistics(config),
  ];
}

/** The keys that are right, with defaults. */
function validPart(raw: Raw): Partial<Config> {
  const entries = Object.entries(configSchema.shape).map(([key, schema]) => {
    const { data } = schema.safeParse(raw[key]);
    return [key, data];
  });
  return Object.fromEntries(entries);
}

function channelProblems({ format, ...config }: Partial<Config>): string[] {
  const problems: string[] = [];
  for (const key of ['mean', 'normal'] as const) {
    const given = config[key]?.length;
    if (format === undefined || given === undefined) continue;
    const channels = channelCount(format);
    if (given < channels) problems.push(`${key}: expected ${channels} numbers for ${format}, got ${given}`);
  }
  if (config.normal?.every((value) => value === 0))
    problems.push('normal: expected a number that is not 0, all zero would make every input zero');
  return problems;
}

/** What is folded after the run would not be what was equalized before it. */
function movingStatistics({ bn, equalize, feature_quantize_method: method }: Partial<Config>): string[] {
  if (bn !== 'train' || !equalize || method !== 'EMA') return [];
  return [
    'equalize: not with "bn": "train", which folds other statistics than the stored ones after the run; take "bn": "fold"',
  ];
}

function repeatedInputs({ inputs = [] }: Partial<Config>): string[] {
  const names = inputs.map(({ name }) => name);
  const twice = new Set(names.filter((name, i) => names.indexOf(name) !== i));
  return [...twice].map((name) => `inputs: expected every input once, got ${describe(name)} twice`);
}

function methodProblems(config: Partial<Config>): string[] {
  const { feature_quantize_method: features, weight_quantize_method: weights, bn } = config;
  if (features !== 'EMA' || bn !== 'train' || weights !== 'GPTQ') return [];
  return [
    'weight_quantize_method: GPTQ cannot go with "bn": "train", which changes the weights afterwards; take "bn": "fold" or another method',
  ];
}
