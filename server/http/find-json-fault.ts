/** Where a text stops being JSON: 1-based, counted in characters. */
export interface JsonFault {
  readonly line: number;
  readonly column: number;
  /** What stands there or should stand there, in words; never the text itself, which may be personal. */
  readonly expected: string;
}

/** Tokens of JSON, each anchored where the last one ended. */
const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const BAD_STRING = 'a string is not closed, or has a bad character in it';

/**
 * Finds the first fault of a text that `JSON.parse` refused: V8 gives no position for many faults. Reads the text once,
 * without recursion, so depth does not matter.
 */
export function findJsonFault(text: string): JsonFault {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const open: ('{' | '[')[] = [];
  let wanted: 'value' | 'value or ]' | 'key or }' | 'key' | ': after the key' | 'after' = 'value';

  const take = (token: RegExp): boolean => {
    token.lastIndex = at;
    if (!token.test(text)) return false;
    at = token.lastIndex;
    return true;
  };

  /** Moves past a string, or to what is wrong in it. */
  const takeString = (): boolean => {
    for (at++; at < text.length; at++) {
      const char = text.charAt(at);
      if (char === '"') return ++at > 0;
      if (char < ' ') return false;
      if (char === '\\') {
        if (!take(ESCAPE)) return false;
        at--;
      }
    }
    return false;
  };

  for (;;) {
    take(SPACE);
    const next = text.charAt(at);
    const fault = (expected: string): JsonFault => ({
      ...placeOf(text, at),
      expected: at >= text.length ? `the text ends where ${expected}` : expected,
    });
    if (wanted === 'key' || wanted === 'key or }') {
      if (wanted === 'key or }' && next === '}') {
        at++;
        open.pop();
        wanted = 'after';
      } else if (next !== '"') return fault('a key in double quotes should stand');
      else if (takeString()) wanted = ': after the key';
      else return { ...placeOf(text, at), expected: BAD_STRING };
    } else if (wanted === ': after the key') {
      if (next !== ':') return fault('a colon should stand');
      at++;
      wanted = 'value';
    } else if (wanted === 'after') {
      const inside = open.at(-1);
      if (inside === undefined) return { ...placeOf(text, at), expected: 'something follows after the JSON has ended' };
      if (next === ',') {
        at++;
        wanted = inside === '{' ? 'key' : 'value';
      } else if (next === CLOSE[inside]) {
        at++;
        open.pop();
      } else return fault(`a comma or ${CLOSE[inside]} should stand`);
    } else if (next === '{' || next === '[') {
      at++;
      open.push(next);
      wanted = next === '{' ? 'key or }' : 'value or ]';
    } else if (wanted === 'value or ]' && next === ']') {
      at++;
      open.pop();
      wanted = 'after';
    } else if (next === '"') {
      if (!takeString()) return { ...placeOf(text, at), expected: BAD_STRING };
      wanted = 'after';
    } else if (take(NUMBER) || take(WORD)) wanted = 'after';
    else return fault('a value should stand');
  }
}

const CLOSE = { '{': '}', '[': ']' } as const;

function placeOf(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  return { line, column: at - before.lastIndexOf('\n') };
}
