import { UNSUPPORTED_ORIGINS, UnsupportedOpError } from '@mnnquant/graph';
import { OpType } from '@mnnquant/mnn-format';
import { AREAS, areaProblems } from './areas.ts';
import { functionLists } from './functions.ts';
import { type OperatorRow, operatorRows } from './rows.ts';

const SOURCES: Readonly<Record<string, string>> = {
  Input: 'an input of the model',
  Const: 'weights and other numbers of the file',
  TrainableParam: 'read like `Const`',
};

/** The text of docs/operators.md. */
export function operatorsPage(): string {
  const rows = operatorRows();
  const problems = areaProblems(rows.map(({ name }) => name));
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const sections = Object.entries(AREAS).map(([title, names]) =>
    area(title, names.map((name) => rows.find((row) => row.name === name)) as OperatorRow[]),
  );
  return `${[intro(rows), ...sections, functions(), missing()].join('\n\n')}\n`;
}

function intro(rows: readonly OperatorRow[]): string {
  const evaluated = rows.flatMap(({ types }) => types).length;
  const total = Object.keys(OpType).length;
  const answers = rows.reduce((sum, row) => sum + row.answers, 0);
  const cases = rows.reduce((sum, row) => sum + row.conformance, 0);
  return `<!-- Made by scripts/operators-page.mjs from the code. Do not edit. -->
# Operators

To measure how large the numbers inside of a network get, mnnquant runs it. This page says which ops it can run, which of them
MNN's runtime then computes in int8, and [what to do](#ops-that-are-not-evaluated) about a model with another one.

Of the ${total} op types of MNN's file format (3.6.1), ${evaluated} are evaluated and ${Object.keys(SOURCES).length} hold data
(${Object.entries(SOURCES)
    .map(([type, text]) => `\`${type}\`: ${text}`)
    .join('; ')}).
Each op has one plain definition. The definitions are checked against ${answers} answers of MNN's own runtime in all, kernels
against the definitions in ${cases} cases; besides, random ops and networks are compared with MNN.

## How to read the tables

- **Op**: names as in the summary and in messages; several names in one row share a definition.
- **Parameters**: the fields of the op's table in MNN's schema that count. Others have no effect on the result. A value that
  cannot be handled is an error with the op's name, what was expected, and what the file has.
- **Dimensions** and **Layouts**: what it was compared with MNN in, or in cases computed by hand. NC4HW4 is NCHW in another order of bytes.
- **Kernel**: \`wasm\` is WebAssembly SIMD, \`GPU\` one of the [GPU backend](gpu.md); \`plain\` is the definition in TypeScript, right but
  slower, and what runs where a backend has none. The summary of a run
  counts the ops that took the slow path. A kernel may leave rare variants to the definition.
- **Int8**: *yes*: computed in int8 by MNN's runtime, with scales that were measured. *Copied*: bytes are moved, what is
  read and written has one scale. *By a table*: one result for each of the 255 values. *No*: MNN's runtime has no right int8
  version; it runs in float between casts. *Whole numbers*: positions and sizes, nothing to quantize.
- **Cases**: cases for every backend + one-op models and small networks that MNN answered.

Even where the table says *yes*, an op stays float if it is named in \`skip_quant_op_names\`, if it computes whole numbers, if an
operand is a constant, or if no convolution follows that could use its result. The summary gives the reason for each op. Ops inside
of the subgraphs of \`If\` and \`While\` run in float. Reasons: [what runs in int8](decisions/0004-what-runs-in-int8.md).`;
}

function area(title: string, rows: readonly OperatorRow[]): string {
  const notes = rows.filter(({ int8 }) => int8.exceptions.length > 0).map(exceptions);
  return [
    `## ${title}`,
    '',
    '| Op | Parameters | Dimensions | Layouts | Kernel | Int8 | Cases |',
    '|---|---|---|---|---|---|---|',
    ...rows.map(tableRow),
    ...(notes.length > 0 ? ['', 'What stays float, and why:', '', ...notes] : []),
  ].join('\n');
}

function tableRow({ types, parameters, dimensions, layouts, kernels, int8, ...row }: OperatorRow): string {
  return `| ${[
    types.map((type) => `\`${type}\``).join(', '),
    parameters.join(', ') || '–',
    range(dimensions),
    layouts.join(', ') || '–',
    kernels.join(', ') || 'plain',
    int8.answer,
    `${row.conformance} + ${row.answers}`,
  ].join(' | ')} |`;
}

function range(dimensions: OperatorRow['dimensions']): string {
  if (dimensions === undefined) return '–';
  const [smallest, largest] = dimensions;
  return smallest === largest ? `${smallest}` : `${smallest} to ${largest}`;
}

function exceptions({ name, int8 }: OperatorRow): string {
  return `- \`${name}\`: ${int8.exceptions.join('; ')}.`;
}

function functions(): string {
  const lines = functionLists().map(({ op, evaluated, refused }) => {
    const without = refused.length > 0 ? ` Not: ${refused.join(', ')}.` : '';
    return `- \`${op}\`: ${evaluated.join(', ')}.${without}`;
  });
  return ['## Functions', '', 'Ops that stand for many functions compute:', '', ...lines].join('\n');
}

function missing(): string {
  const example = new UnsupportedOpError([{ name: 'layer_7', type: 'Plugin' }]).message;
  return [
    `## Ops that are not evaluated

Where no convolution follows such an op, it and what follows it are kept as they are, in float, and the rest is quantized as ever
(a warning and the summary name them). This holds for all but ops of quantized models and of training, and not inside of the
subgraphs of \`If\` and \`While\` ([why](decisions/0013-ops-that-cannot-be-evaluated.md)). Otherwise the model is refused before anything is computed; the message names each op and says
what to do, such as

\`\`\`
${example}
\`\`\`

The package \`@mnnquant/mnn-format\` reads such a model all the same, and writes back what it does not know as it was.

| Ops | What to do |
|---|---|`,
    ...UNSUPPORTED_ORIGINS.map(
      ({ title, types, remedy }) =>
        `| **${title}**: ${types.map((type) => `\`${type}\``).join(', ')} | ${capital(remedy('these ops'))} |`,
    ),
    '',
    'A model whose ops are newer than this list is refused in the same way, with the number of the op type.',
  ].join('\n');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
