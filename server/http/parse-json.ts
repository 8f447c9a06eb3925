import { isUtf8 } from 'node:buffer';
import { Refusal } from '../../programs/refusal.ts';
import { pointerOf } from './json-pointer.ts';
import { findJsonFault } from './find-json-fault.ts';

/**
 * Parses a JSON body. Refuses text that is not UTF-8 or not JSON (with line and column), nesting beyond `depthMax`, and the
 * key `__proto__`, which careless copying would turn into something else than data.
 * Throws `invalid`: `body_missing`, `malformed_json`, `json_too_deep`.
 */
export function parseJson(content: Buffer, depthMax: number): unknown {
  if (content.length === 0) {
    throw new Refusal('invalid', 'body_missing', 'This operation needs a JSON body.');
  }
  if (!isUtf8(content)) throw malformed('The body is not UTF-8.');
  const text = content.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text);
  } catch {
    const { line, column, expected } = findJsonFault(text);
    throw malformed(`The body is not JSON: at line ${line}, column ${column}, ${expected}.`);
  }
  checkNesting(value, depthMax, []);
  return value;
}

const BYTE_ORDER_MARK = 0xfeff;

/** `path` is filled on the way, and read only when something is wrong. */
function checkNesting(value: unknown, levelsLeft: number, path: (string | number)[]): void {
  if (typeof value !== 'object' || value === null) return;
  if (levelsLeft === 0) {
    throw new Refusal('invalid', 'json_too_deep', 'The JSON of the body is nested too deeply.', {
      details: [{ pointer: pointerOf(path), code: 'json_too_deep', message: 'nested too deeply' }],
    });
  }
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      path.push(i);
      checkNesting(value[i], levelsLeft - 1, path);
      path.pop();
    }
    return;
  }
  for (const [key, member] of Object.entries(value)) {
    path.push(key);
    if (key === '__proto__') {
      throw new Refusal('invalid', 'malformed_json', 'The body has a key __proto__, which is not allowed.', {
        details: [{ pointer: pointerOf(path), code: 'unknown_key', message: '__proto__ is not allowed' }],
      });
    }
    checkNesting(member, levelsLeft - 1, path);
    path.pop();
  }
}

function malformed(message: string): Refusal {
  return new Refusal('invalid', 'malformed_json', message);
}
