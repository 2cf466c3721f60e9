import * as z from 'zod/mini';
import { reportSchema } from './schema.ts';

/** The schema of a report's data, JSON Schema draft 7. New fields may come, so it marks none as unknown. */
export function reportJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(reportSchema, {
    target: 'draft-7',
    override: ({ jsonSchema }) => {
      delete jsonSchema.additionalProperties;
      // zod's own bounds of whole numbers say nothing here.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  const { $schema, ...rest } = schema;
  return { $schema, title: 'Report of mnnquant', ...rest };
}

/** As it is committed in `schema/report.schema.json`. */
export function reportJsonSchemaText(): string {
  return `${JSON.stringify(reportJsonSchema(), undefined, 2)}\n`;
}
