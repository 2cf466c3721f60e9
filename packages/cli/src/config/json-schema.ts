import * as z from 'zod/mini';
import { configSchema, keyNotes } from './schema.ts';

/**
 * The schema of the config file for editors, JSON Schema draft 7. It marks unknown keys, which the tool
 * only warns about; what depends on more than one key is not in it.
 */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configSchema, {
    target: 'draft-7',
    metadata: keyNotes,
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.type === 'object') jsonSchema.additionalProperties = false;
      // zod's own bounds of whole numbers say nothing here.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  const { $schema, ...rest } = schema;
  return { $schema, title: 'Config of mnnquant', ...rest };
}

/** As it is committed in `schema/config.schema.json`. */
export function configJsonSchemaText(): string {
  return `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`;
}
