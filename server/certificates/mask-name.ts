/**
 * A name of which a stranger learns only the beginning: the first letter of the first and of the last word, or the first
 * character of a name written without spaces. The stars say nothing about the length.
 */
export function maskName(name: string): string {
  const words = name
    .trim()
    .split(/\s+/u)
    .filter((word) => word !== '');
  const shown = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return shown.map((word) => `${[...(word ?? '')][0] ?? ''}**`).join(' ');
}
