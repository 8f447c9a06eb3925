/** A decoded form: text at the leaves. */
export type FormValue = string | FormValue[] | { [key: string]: FormValue };

/**
 * Reads `application/x-www-form-urlencoded` as Stripe nests it: `a[b][0][c]=d` and `a[]=d`. Objects whose keys are 0, 1, ...
 * become arrays. Of a key given twice the last one counts. Throws `RangeError` for nesting that contradicts itself.
 */
export function decodeForm(text: string): { [key: string]: FormValue } {
  const root = emptyNode();
  for (const [name, value] of new URLSearchParams(text)) {
    const head = name.indexOf('[');
    const keys = head === -1 ? [name] : [name.slice(0, head), ...bracketed(name, head)];
    assign(root, keys, value, name);
  }
  return Object.fromEntries([...root.children].map(([key, node]) => [key, plain(node)]));
}

interface Node {
  text?: string;
  readonly children: Map<string, Node>;
}

const emptyNode = (): Node => ({ children: new Map() });

function bracketed(name: string, from: number): string[] {
  const rest = name.slice(from);
  if (!/^(\[[^[\]]*\])+$/.test(rest)) throw new RangeError(`Invalid parameter name: ${name}`);
  return rest.slice(1, -1).split('][');
}

function assign(root: Node, keys: readonly string[], value: string, name: string): void {
  let node = root;
  for (const key of keys) {
    const at = key === '' ? String(node.children.size) : key;
    let child = node.children.get(at);
    if (child === undefined) node.children.set(at, (child = emptyNode()));
    if (child.text !== undefined && key !== keys.at(-1)) throw new RangeError(`Invalid nesting: ${name}`);
    node = child;
  }
  if (node.children.size > 0) throw new RangeError(`Invalid nesting: ${name}`);
  node.text = value;
}

function plain(node: Node): FormValue {
  if (node.text !== undefined) return node.text;
  const keys = [...node.children.keys()];
  if (keys.every((key, at) => key === String(at))) return [...node.children.values()].map(plain);
  return Object.fromEntries([...node.children].map(([key, child]) => [key, plain(child)]));
}
