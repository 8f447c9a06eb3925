import type Joi from 'joi';

export type JsonSchema = Record<string, unknown>;

/**
 * JSON Schema (2020-12) of a Joi schema, as we read it: Joi emits most of it, but does not know that our validators demand
 * every key that is not optional, and leaves out examples and what `custom` rules accept (`meta({ jsonSchema: {...} })`).
 * Rules between fields (`Joi.ref`, `custom`) have no form there and are lost.
 */
export function jsonSchemaOf(schema: Joi.Schema, direction: 'input' | 'output'): JsonSchema {
  const emitted: unknown = schema['~standard'].jsonSchema[direction]({ target: 'draft-2020-12' });
  return amend(emitted, schema.describe(), direction);
}

function amend(emitted: unknown, described: unknown, direction: 'input' | 'output'): JsonSchema {
  if (!isRecord(emitted)) return {};
  if (!isRecord(described)) return emitted;
  const result: JsonSchema = { ...emitted };

  const { keys, items, matches } = described;
  if (isRecord(keys) && isRecord(emitted.properties)) {
    const properties: JsonSchema = {};
    for (const [name, property] of Object.entries(emitted.properties)) {
      properties[name] = amend(property, keys[name], direction);
    }
    result.properties = properties;
    const required = Object.keys(properties).filter((name) => isRequired(keys[name], direction));
    if (required.length > 0) result.required = required;
    else delete result.required;
  }
  if (Array.isArray(items) && items.length === 1 && isRecord(emitted.items)) {
    result.items = amend(emitted.items, items[0], direction);
  }
  for (const form of ['anyOf', 'oneOf'] as const) {
    const emittedOnes = emitted[form];
    if (!Array.isArray(matches) || !Array.isArray(emittedOnes) || matches.length !== emittedOnes.length) continue;
    const alternatives: readonly unknown[] = matches;
    result[form] = emittedOnes.map((one, i) => {
      const match = alternatives[i];
      return amend(one, isRecord(match) ? match.schema : undefined, direction);
    });
  }
  if (Array.isArray(described.examples)) result.examples = described.examples;
  for (const meta of Array.isArray(described.metas) ? described.metas : []) {
    if (isRecord(meta) && isRecord(meta.jsonSchema)) Object.assign(result, meta.jsonSchema);
  }
  return result;
}

function isRequired(described: unknown, direction: 'input' | 'output'): boolean {
  const flags = isRecord(described) && isRecord(described.flags) ? described.flags : {};
  if (flags.presence === 'forbidden') return false;
  return flags.presence !== 'optional' || (direction === 'output' && flags.default !== undefined);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
